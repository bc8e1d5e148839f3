import { type Database, DatabaseError } from '@agent-chat/database';
import { newId, type RoomId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { Logger } from '@nestjs/common';
import { type OwnerAnswers } from '../application/write/owner-answers';
import { OwnerQueries } from './owner.queries';

describe('questions to owners while the database is away', () => {
  const bus = new InMemoryQueryBus();
  let failure: Error | undefined;
  const work = <Answer>(answer: Answer): Promise<Answer> => (failure === undefined ? Promise.resolve(answer) : Promise.reject(failure));
  const answers = {
    outcomes: () => work({ outcomes: [] }),
    markRead: () => work({ head: 1, readSeq: 1, unreadCount: 0, mentionCount: 0 }),
  } as unknown as OwnerAnswers;
  new OwnerQueries(bus, answers, { partitionCount: 4 } as Database).onModuleInit();
  const ask = () => bus.ask('command.outcome', { partition: 0, calls: [] }, { timeoutMs: 1_000, partition: 0 });
  const mark = () => bus.ask('read.mark', { roomId: newId<RoomId>(), userId: newId(), seq: 1, force: false }, { timeoutMs: 1_000 });

  const logged = { error: jest.spyOn(Logger.prototype, 'error'), warn: jest.spyOn(Logger.prototype, 'warn'), log: jest.spyOn(Logger.prototype, 'log') };
  beforeEach(() => {
    failure = undefined;
    for (const spy of Object.values(logged)) spy.mockReset().mockImplementation();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await bus.close();
  });
  const counts = () => Object.values(logged).map((spy) => spy.mock.calls.length);

  it('says so once, however often they come, and once that it is back', async () => {
    failure = new DatabaseError('outage', undefined, 'Connection refused', undefined, undefined);
    for (let i = 0; i < 5; i++) {
      await expect(ask()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      await expect(mark()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    }
    expect(counts()).toEqual([0, 1, 0]);
    failure = undefined;
    for (let i = 0; i < 5; i++) await ask();
    expect(counts()).toEqual([0, 1, 1]);
  });

  it('reports every other failure as what it is', async () => {
    failure = new Error('broken');
    await expect(ask()).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(counts()).toEqual([1, 0, 0]);
  });
});
