import { type EventGroup } from '@agent-chat/contracts';
import { Subscription } from './subscription';

const groupOf = (fromSeq: number, count: number, epoch = 1): EventGroup => ({
  roomId: 'r',
  epoch,
  fromSeq,
  events: Array.from({ length: count }, (_, index) => `{"seq":${fromSeq + index}}`),
});

function opened(seq: number): Subscription<string> {
  const subscription = new Subscription('reader', 'u');
  subscription.opened({ epoch: 1, seq });
  return subscription;
}

describe('A subscription', () => {
  it('takes of a group what lies beyond its cursor, once (P24)', () => {
    const subscription = opened(5);

    expect(subscription.take(groupOf(4, 2))).toBeUndefined();
    expect(subscription.take(groupOf(4, 4))).toEqual(groupOf(6, 2));
    expect(subscription.take(groupOf(4, 4))).toBeUndefined();
    expect(subscription.cursor).toEqual({ epoch: 1, seq: 7 });
  });

  it('takes nothing before its snapshot is there, and nothing of another epoch (P24, P29)', () => {
    expect(new Subscription('reader', 'u').take(groupOf(1, 1))).toBeUndefined();
    expect(opened(5).take(groupOf(6, 1, 2))).toBeUndefined();
  });

  it('never passes over a hole', () => {
    expect(() => opened(5).take(groupOf(7, 1))).toThrow(RangeError);
  });
});
