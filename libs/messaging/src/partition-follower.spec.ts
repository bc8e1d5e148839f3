import { type LogEvent } from '@agent-chat/contracts';
import { eventually } from '@agent-chat/testing';
import { type EventSource } from './event-source';
import { PartitionFollower } from './partition-follower';

const event = (position: number): LogEvent =>
  ({ partition: 0, position, event: { roomId: 'room', epoch: 1, seq: position, type: 'message.posted' } }) as unknown as LogEvent;

function followerWith(gatherMs: number, partition = 0): { follower: PartitionFollower; batches: number[][] } {
  const batches: number[][] = [];
  const follower = new PartitionFollower({
    partition,
    gatherMs,
    batchSize: 500,
    handling: {
      position: () => Promise.resolve(0),
      handle: (events) => {
        batches.push(events.map(({ position }) => position));
        return Promise.resolve();
      },
    },
    source: { after: () => Promise.resolve({ events: [], lastPosition: 0 }) } as unknown as EventSource,
    limit: (step) => step(),
    onError: (error) => {
      throw error;
    },
  });
  return { follower, batches };
}

describe('PartitionFollower', () => {
  it('handles the first event at once, and what gathers behind it together', async () => {
    const { follower, batches } = followerWith(50);
    follower.offer([event(1)]);
    await eventually(async () => expect(batches).toEqual([[1]]), { timeoutMs: 45 });

    for (const position of [2, 3, 4]) {
      follower.offer([event(position)]);
      await new Promise((turn) => setImmediate(turn));
    }

    await eventually(async () => expect(batches).toEqual([[1], [2, 3, 4]]));
    await follower.stop();
  });

  it('does not go on in step with another partition that began together with it', async () => {
    const followers = [0, 1, 2, 3].map((partition) => followerWith(200, partition));
    const secondAtMs: number[] = [];
    for (const { follower } of followers) follower.offer([event(1)]);
    await Promise.all(
      followers.map(async ({ follower, batches }) => {
        await eventually(async () => expect(batches).toHaveLength(1));
        follower.offer([event(2)]);
        await eventually(async () => expect(batches).toHaveLength(2));
        secondAtMs.push(performance.now());
        await follower.stop();
      }),
    );

    expect(Math.max(...secondAtMs) - Math.min(...secondAtMs)).toBeGreaterThan(50);
  });

  it('stops while events gather', async () => {
    const { follower, batches } = followerWith(3_600_000);
    follower.offer([event(1)]);
    await eventually(async () => expect(batches).toEqual([[1]]));
    follower.offer([event(2)]);

    await follower.stop();

    expect(batches).toEqual([[1]]);
  });
});
