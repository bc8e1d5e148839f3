import { type EventGroup } from '@agent-chat/contracts';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { Subscription } from '../../domain/subscription';
import { type Connection } from './connection';
import { LocalRoom, type RoomNeeds } from './local-room';

const LARGE = 500;

const groupOf = (fromSeq: number, toSeq: number): EventGroup => ({
  roomId: 'r',
  epoch: 1,
  fromSeq,
  events: Array.from({ length: toSeq - fromSeq + 1 }, (_, index) => `{"seq":${String(fromSeq + index)}}`),
});

/** A room with so many live readers, and what was written to them. */
function setUp(readers: number, busyReaders = 0) {
  const frames: { readonly json: string; readonly atOnce: boolean }[] = [];
  const needs: RoomNeeds = {
    repair: () => undefined,
    decideReaders: () => undefined,
    reopen: () => undefined,
    delivered: () => undefined,
    arrived: () => undefined,
    ended: () => undefined,
    failed: (_, error) => {
      throw error;
    },
  };
  const room = new LocalRoom('r' as RoomId, needs);
  for (let index = 0; index < readers; index++) {
    const reader = {
      isBusy: index < busyReaders,
      subscriptions: new Map(),
      sendEvents: (_: RoomId, { json }: { json: string }, atOnce: boolean) => frames.push({ json, atOnce }),
    };
    const subscription = new Subscription(reader as unknown as Connection, `user-${String(index)}` as UserId);
    room.feed.enter(subscription);
    room.feed.opened(subscription, { epoch: 1, seq: 1 });
  }
  const write = (): void => {
    while (room.step(64));
  };
  write();
  return { room, frames, write };
}

describe('A local room', () => {
  it('that is large rests after it has written to all readers, and then gives them what came meanwhile as one frame', () => {
    const { room, frames, write } = setUp(LARGE);
    room.feed.offer(groupOf(2, 2));
    expect(room.step(64)).toBe(true);
    expect(room.restUntilMs).toBe(0);
    write();
    expect(room.restUntilMs).toBeGreaterThan(performance.now() - 1);
    for (const seq of [3, 4]) room.feed.offer(groupOf(seq, seq));
    write();

    expect(frames).toHaveLength(2 * LARGE);
    expect(frames.at(-1)).toEqual({ json: '[{"seq":3},{"seq":4}]', atOnce: true });
  });

  it.each([
    ['as long as it may where most have yet to take what they were sent', LARGE, 900],
    ['no longer than usual where some have', LARGE / 5, 0],
  ])('that is large rests %s', (_, busyReaders, leastMs) => {
    const { room, frames } = setUp(LARGE, busyReaders);
    room.feed.offer(groupOf(2, 2));
    while (frames.length < LARGE) room.step(64);
    const restMs = room.restUntilMs - performance.now();
    expect(restMs).toBeGreaterThan(leastMs - 100);
    expect(restMs).toBeLessThan(leastMs + 500);
  });

  it('that is not large never rests, and its frames may wait for those of other rooms', () => {
    const { room, frames, write } = setUp(3);
    room.feed.offer(groupOf(2, 2));
    write();

    expect(room.restUntilMs).toBe(0);
    expect(frames.map(({ atOnce }) => atOnce)).toEqual([false, false, false]);
  });

  it('is behind when more waits than can be written to so many readers', () => {
    const large = setUp(LARGE).room;
    const small = setUp(3).room;
    for (const room of [large, small]) room.feed.offer(groupOf(2, 201));
    expect([large.isBehind, small.isBehind]).toEqual([false, false]);
    for (const room of [large, small]) room.feed.offer(groupOf(202, 202));

    expect([large.isBehind, small.isBehind]).toEqual([true, false]);
  });
});
