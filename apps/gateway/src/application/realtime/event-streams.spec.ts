import { loadConfig } from '@agent-chat/config';
import { AppError, newId, type ErrorCode, type RoomId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { eventually } from '@agent-chat/testing';
import { EventStreams, type EventStream } from './event-streams';
import { type RoomLists } from './room-lists';
import { type Subscriptions } from './subscriptions';

describe('An event stream with a room that could not be opened', () => {
  /** What its client is told until it has its position, or until it ends. */
  async function toldOf(code: ErrorCode): Promise<string[]> {
    const roomId = newId<RoomId>();
    const told: string[] = [];
    const stream = {
      subscriptions: new Map(),
      send: (frame: string, { reason }: { reason: string }) => told.push(`${frame} ${reason}`),
      sendPosition: () => told.push('position'),
      close: ({ code: why }: { code: string }) => told.push(`closed ${why}`),
      drained: () => Promise.resolve(),
    } as unknown as EventStream;
    const answer = [{ roomId, error: new AppError(code).toBody() }];
    const subscriptions = { open: () => Promise.resolve({ answer, release: () => undefined }) } as unknown as Subscriptions;
    const streams = new EventStreams(new InMemoryQueryBus(), subscriptions, {} as RoomLists, loadConfig({}));
    streams.start(stream, [roomId], undefined);
    await eventually(() => expect(told.at(-1)).toMatch(/^(position|closed)/));
    return told;
  }

  it('says so and goes on where it may not be read', async () => {
    expect(await toldOf('ROOM_NOT_FOUND')).toEqual(['resync room_not_found', 'position']);
  });

  it('ends where it only can not be read now, so that its client goes on from where it is', async () => {
    expect(await toldOf('UNAVAILABLE')).toEqual(['closed UNAVAILABLE']);
  });
});
