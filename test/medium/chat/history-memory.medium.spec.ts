import { type Database } from '@agent-chat/database';
import { openPostgresDatabase } from '@agent-chat/database/adapters/postgres';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { AppError, newId, type UserId } from '@agent-chat/kernel';
import fc from 'fast-check';
import { type AskHistory, openHistory } from '../../support/history-pages';
import { type SeededMessage, SeededRoom } from '../../support/seeded-room';

const PLENTY = 10_000_000;

interface Step {
  readonly act: 'post' | 'edit' | 'delete' | 'react' | 'unreact' | 'join' | 'leave' | 'ban' | 'other event' | 'restore' | 'read';
  readonly who: number;
  readonly what: number;
  readonly limit: number;
  readonly place: 'end' | 'before' | 'after' | 'around';
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom<Step['act'][]>(
    ...(['post', 'post', 'post', 'edit', 'delete', 'react', 'react', 'unreact', 'join', 'leave', 'ban', 'other event', 'restore'] as const),
    ...Array<'read'>(12).fill('read'),
  ),
  who: fc.nat(3),
  what: fc.nat(20),
  limit: fc.integer({ min: 1, max: 8 }),
  place: fc.constantFrom('end', 'end', 'before', 'after', 'around'),
});

/** What was answered, or with which error. */
const outcomeOf = async (ask: AskHistory, input: Parameters<AskHistory>[0]): Promise<unknown> =>
  ask(input).catch((error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error as Error)));

describe('history from memory', () => {
  let test: TestDatabase;
  /** A database whose statements are counted. */
  let database: Database;
  let statements = 0;

  beforeAll(async () => {
    test = await createTestDatabase('history_memory');
    database = await openPostgresDatabase({
      url: test.database.directoryAccess().url,
      partitionCount: test.database.partitionCount,
      observer: () => (statements += 1),
      log: () => undefined,
    });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('is what the database says, to the letter, whatever happens in the room and whoever asks', async () => {
    let saved = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
        const room = await SeededRoom.create(test.database, { kind: 'private' });
        const people: UserId[] = [room.owner, await room.join(), newId<UserId>(), newId<UserId>()];
        const [members, banned] = [new Set(people.slice(0, 2)), new Set<UserId>()];
        const posted: SeededMessage[] = [];
        const [edited, deleted] = [new Set<SeededMessage>(), new Set<SeededMessage>()];
        const [memory, plain] = [openHistory(database, PLENTY), openHistory(test.database, 0)];
        for (const { act, who, what, limit, place } of steps) {
          const person = people[who]!;
          const message = posted[what % Math.max(1, posted.length)];
          const isLive = message !== undefined && !deleted.has(message);
          if (act === 'post') posted.push(await room.post(room.owner, `message ${what}`, { files: ['one.txt', 'two.txt'].slice(0, what % 3) }));
          if (act === 'edit' && isLive && !edited.has(message)) {
            edited.add(message);
            await room.edit(message, room.owner, `edited ${room.head}`);
          }
          if (act === 'delete' && isLive) {
            deleted.add(message);
            await room.delete(message, room.owner);
          }
          if (act === 'react' && isLive) await room.react(message, person, '👍🎉'.slice((what % 2) * 2, (what % 2) * 2 + 2)).catch(() => undefined);
          if (act === 'unreact' && isLive) {
            await room.shard.query('DELETE FROM message_reactions WHERE message_id = $1 AND user_id = $2', [message.messageId, person]);
            await room.event('reaction.removed', person, { messageId: message.messageId, emoji: '👍', count: 0 });
          }
          if (act === 'other event') await room.event('room.updated', room.owner, { topic: `${what}` });
          if (act === 'restore') await room.shard.query('UPDATE partition_progress SET epoch = epoch + 1 WHERE partition = $1', [room.partition]);
          if (act === 'join' && !members.has(person) && !banned.has(person)) {
            members.add(person);
            await room.join(person);
          }
          if ((act === 'leave' || act === 'ban') && who > 0 && members.delete(person)) {
            if (act === 'ban') banned.add(person);
            await room[act](person);
          }
          if (act !== 'read') continue;
          const input = { roomId: room.roomId, userId: person, limit, ...(place === 'end' ? {} : { [place]: what }) };
          const before = statements;
          const answer = await outcomeOf(memory, input);
          saved += statements - before === 1 ? 1 : 0;
          expect(answer).toEqual(await outcomeOf(plain, input));
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
    expect(saved).toBeGreaterThan(20);
  }, 120_000);

  it('asks one thing of the database for a page that it knows, and two more for what was written since', async () => {
    const room = await SeededRoom.create(test.database);
    const first = await room.post(room.owner, 'one');
    const ask = openHistory(database, PLENTY);
    const read = async (): Promise<[number, (string | undefined)[]]> => {
      statements = 0;
      const { items } = await ask({ roomId: room.roomId, userId: room.owner, limit: 10 });
      return [statements, items.map(({ text }) => text)];
    };
    expect(await read()).toEqual([1, ['one']]);
    expect(await read()).toEqual([1, ['one']]);
    await room.edit(first, room.owner, 'uno');
    await room.post(room.owner, 'two');
    expect(await read()).toEqual([3, ['uno', 'two']]);
    expect(await read()).toEqual([1, ['uno', 'two']]);
  });

  it('reads pages again where the log does not say what has changed, or says too much', async () => {
    const room = await SeededRoom.create(test.database);
    const first = await room.post(room.owner, 'one');
    const ask = openHistory(database, PLENTY);
    const texts = async (): Promise<unknown[]> => (await ask({ roomId: room.roomId, userId: room.owner, limit: 2 })).items.map(({ text }) => text);
    expect(await texts()).toEqual(['one']);
    await room.edit(first, room.owner, 'uno');
    await room.post(room.owner, 'two');
    await room.shard.query('DELETE FROM room_events WHERE room_id = $1 AND seq = $2', [room.roomId, room.head - 1]);
    expect(await texts()).toEqual(['uno', 'two']);
    for (let event = 0; event < 201; event += 1) await room.event('room.updated', room.owner, { topic: 'x' });
    await room.post(room.owner, 'three');
    expect(await texts()).toEqual(['two', 'three']);
  });

  it('looks at many rooms in few statements when many are asked at a time, each for its own reader', async () => {
    const rooms = await Promise.all(Array.from({ length: 5 }, () => SeededRoom.create(test.database, { kind: 'private' })));
    const ask = openHistory(database, PLENTY);
    for (const [at, room] of rooms.entries()) {
      await room.react(await room.post(room.owner, `in ${at}`), room.owner, '👍');
      await ask({ roomId: room.roomId, userId: room.owner, limit: 5 });
    }
    statements = 0;
    const calls = rooms.flatMap((room, at) =>
      [0, 1, 2, 3].map(async () => {
        const { items } = await ask({ roomId: room.roomId, userId: room.owner, limit: 5 });
        expect(items).toMatchObject([{ text: `in ${at}`, reactions: [{ emoji: '👍', count: 1, mine: true }] }]);
      }),
    );
    const stranger = newId<UserId>();
    const refused = rooms.map((room) => outcomeOf(ask, { roomId: room.roomId, userId: stranger, limit: 5 }));
    await Promise.all(calls);
    expect(await Promise.all(refused)).toEqual(rooms.map(() => 'ROOM_NOT_FOUND'));
    expect(statements).toBeLessThanOrEqual(4);
  });
});
