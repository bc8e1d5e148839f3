import { type GatewayId, newId, type RoomId } from '@agent-chat/kernel';
import { RoomInterest } from './room-interest';

describe('RoomInterest', () => {
  const [one, other] = [newId<GatewayId>(), newId<GatewayId>()];
  const [red, blue] = [newId<RoomId>(), newId<RoomId>()];

  it('knows who wants a room, and who wants any, as often as it is told', () => {
    const interest = new RoomInterest();
    interest.add(red, one);
    interest.add(red, one);
    interest.add(blue, one);
    interest.add(blue, other);
    interest.drop(red, one);
    interest.drop(red, other);
    expect([[...interest.of(red)], [...interest.of(blue)], [...interest.gateways()]]).toEqual([[], [one, other], [one, other]]);
    interest.drop(blue, one);
    expect([...interest.gateways()]).toEqual([other]);
  });

  it('forgets several at once, and nobody else', () => {
    const interest = new RoomInterest();
    interest.add(red, one);
    interest.add(blue, other);
    interest.forget(new Set([one, newId<GatewayId>()]));
    expect([[...interest.of(red)], [...interest.of(blue)], [...interest.gateways()]]).toEqual([[], [other], [other]]);
    interest.add(red, one);
    expect([...interest.gateways()]).toEqual([other, one]);
  });
});
