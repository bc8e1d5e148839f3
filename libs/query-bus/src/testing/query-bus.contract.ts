import { type QueryAnswer } from '@agent-chat/contracts';
import { AppError, newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { JsonText } from '../json-text';
import { type QueryBus } from '../query-bus.port';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface QueryBusHarness {
  /** The bus of the process that asks. */
  readonly asking: QueryBus;
  /** The bus of the process that answers; an adapter that lives in one process gives the same one twice. */
  readonly answering: QueryBus;
}

const userId = newId<UserId>();
const roomId = newId<RoomId>();
const IN_TIME = { timeoutMs: 5_000 };

/** What every `QueryBus` keeps, whatever carries it. */
export function describeQueryBusContract(name: string, open: () => Promise<QueryBusHarness>): void {
  describe(`${name} as a query bus`, () => {
    let asking: QueryBus;
    let answering: QueryBus;

    beforeEach(async () => {
      ({ asking, answering } = await open());
    });

    afterEach(() => Promise.all([asking.close(), answering.close()]));

    const rooms = (roomIds: RoomId[]): Promise<QueryAnswer<'rooms.memberOf'>> => Promise.resolve({ roomIds });

    it('brings the input to who answers the query and the answer back', async () => {
      answering.answer('rooms.memberOf', (input) => rooms(input.userId === userId ? [roomId] : []));
      await expect(asking.ask('rooms.memberOf', { userId }, IN_TIME)).resolves.toEqual({ roomIds: [roomId] });
      await expect(asking.ask('rooms.memberOf', { userId: newId<UserId>() }, IN_TIME)).resolves.toEqual({ roomIds: [] });
    });

    it('asks the owner of a partition', async () => {
      answering.answer('interest.register', () => Promise.resolve({ fence: 7 }));
      const input = { gatewayId: 'g', partition: 3, roomIds: [roomId] };
      await expect(asking.ask('interest.register', input, { ...IN_TIME, partition: 3 })).resolves.toEqual({ fence: 7 });
    });

    it('keeps concurrent questions apart', async () => {
      answering.answer('rooms.memberOf', (input) => rooms([input.userId as RoomId]));
      const users = Array.from({ length: 50 }, () => newId<UserId>());
      const answers = await Promise.all(users.map((each) => asking.ask('rooms.memberOf', { userId: each }, IN_TIME)));
      expect(answers.flatMap((answer) => answer.roomIds)).toEqual(users);
    });

    it('refuses input that the schema refuses, without calling the handler', async () => {
      let calls = 0;
      answering.answer('rooms.memberOf', () => {
        calls += 1;
        return rooms([]);
      });
      await expect(asking.ask('rooms.memberOf', { userId: 'nobody' }, IN_TIME)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        errors: [{ path: 'userId' }],
      });
      expect(calls).toBe(0);
    });

    it('passes only what survives JSON, in both directions', async () => {
      let received: unknown;
      answering.answer('user.events', (input) => {
        received = input;
        const answer = { rev: 1, changes: [{ rev: 1, roomId, change: new Date(0), gone: undefined }], more: false };
        return Promise.resolve(answer as unknown as QueryAnswer<'user.events'>);
      });
      const answer = await asking.ask(
        'user.events',
        { userId, afterRev: 0, limit: 1, gone: undefined } as { userId: UserId; afterRev: number; limit: number },
        IN_TIME,
      );
      expect(answer).toStrictEqual({ rev: 1, changes: [{ rev: 1, roomId, change: '1970-01-01T00:00:00.000Z' }], more: false });
      expect(received).toStrictEqual({ userId, afterRev: 0, limit: 1 });
    });

    it('passes on an answer that is JSON text already, as such or read', async () => {
      const text = `{"roomIds": ["${roomId}"]}`;
      answering.answer('rooms.memberOf', () => Promise.resolve(new JsonText(text)));
      await expect(asking.askText('rooms.memberOf', { userId }, IN_TIME)).resolves.toBe(text);
      await expect(asking.ask('rooms.memberOf', { userId }, IN_TIME)).resolves.toEqual({ roomIds: [roomId] });
    });

    it('brings any answer as text, and errors as such', async () => {
      answering.answer('rooms.memberOf', (input) => (input.userId === userId ? rooms([roomId]) : Promise.reject(new AppError('NOT_FOUND'))));
      await expect(asking.askText('rooms.memberOf', { userId }, IN_TIME)).resolves.toBe(JSON.stringify({ roomIds: [roomId] }));
      await expect(asking.askText('rooms.memberOf', { userId: newId<UserId>() }, IN_TIME)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('shares no object between the two sides', async () => {
      const roomIds = [roomId];
      answering.answer('rooms.memberOf', () => rooms(roomIds));
      const answer = await asking.ask('rooms.memberOf', { userId }, IN_TIME);
      answer.roomIds.push(newId<RoomId>());
      expect(roomIds).toEqual([roomId]);
    });

    it('rejects with UNAVAILABLE when nobody answers the query', async () => {
      await expect(asking.ask('rooms.memberOf', { userId }, IN_TIME)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    });

    it('brings the error of the catalogue that the handler threw, without its cause', async () => {
      const errors = [{ path: 'a.b', message: 'wrong' }];
      answering.answer('rooms.memberOf', () =>
        Promise.reject(new AppError('RATE_LIMITED', { detail: 'Later', retryAfterMs: 70, errors, cause: new Error('secret') })),
      );
      const error: unknown = await asking.ask('rooms.memberOf', { userId }, IN_TIME).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'RATE_LIMITED', message: 'Later', retryAfterMs: 70, errors });
      expect((error as Error).cause).toBeUndefined();
    });

    it.each([
      ['a rejection', () => Promise.reject(new Error('database password is 1234'))],
      [
        'a throw',
        () => {
          throw new TypeError('database password is 1234');
        },
      ],
    ])('makes INTERNAL of %s that is not of the catalogue, and tells nothing of it', async (_, handler) => {
      answering.answer('rooms.memberOf', handler);
      const error: unknown = await asking.ask('rooms.memberOf', { userId }, IN_TIME).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'INTERNAL', retryable: false });
      expect((error as Error).message).not.toContain('1234');
    });

    it('rejects with TIMEOUT at the deadline and tells the handler to stop', async () => {
      const aborted = deferred<boolean>();
      answering.answer('rooms.memberOf', async (_, { signal }) => {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
        aborted.resolve(signal.aborted);
        throw new Error('for nobody');
      });
      const startedAt = performance.now();
      await expect(asking.ask('rooms.memberOf', { userId }, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
      expect(performance.now() - startedAt).toBeGreaterThan(45);
      await expect(aborted.promise).resolves.toBe(true);
    });

    it('does not tell a handler to stop that answered in time', async () => {
      let seen: AbortSignal | undefined;
      answering.answer('rooms.memberOf', (_, { signal }) => {
        seen = signal;
        return rooms([]);
      });
      // Long enough for an answer on a busy machine.
      await asking.ask('rooms.memberOf', { userId }, { timeoutMs: 1_000 });
      const startedAt = performance.now();
      await eventually(() => {
        expect(performance.now() - startedAt).toBeGreaterThan(1_050);
      });
      expect(seen?.aborted).toBe(false);
    });

    it('refuses a second handler of a query in one process', () => {
      answering.answer('rooms.memberOf', () => rooms([]));
      expect(() => {
        answering.answer('rooms.memberOf', () => rooms([]));
      }).toThrow('rooms.memberOf');
    });

    it('waits for running handlers when it closes, refuses what comes after, and closes twice', async () => {
      const release = deferred();
      let calls = 0;
      answering.answer('rooms.memberOf', async () => {
        calls += 1;
        await release.promise;
        return rooms([roomId]);
      });
      const asked = asking.ask('rooms.memberOf', { userId }, IN_TIME);
      await eventually(() => {
        expect(calls).toBe(1);
      });
      let closed = false;
      const closing = Promise.all([answering.close(), answering.close()]).then(() => {
        closed = true;
      });
      await expect(asking.ask('rooms.memberOf', { userId }, IN_TIME)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      expect(closed).toBe(false);
      release.resolve();
      await expect(asked).resolves.toEqual({ roomIds: [roomId] });
      await closing;
      expect(calls).toBe(1);
    });
  });
}
