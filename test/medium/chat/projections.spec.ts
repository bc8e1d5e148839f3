import { type Backplane } from '@agent-chat/backplane';
import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { AppError, newId, type GatewayId, type RoomId, type UserId } from '@agent-chat/kernel';
import { ProjectionRunner } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { ListChangeNotices } from '../../../apps/chat/src/application/project/list-change-notices';
import { DirectoryProjection } from '../../../apps/chat/src/infrastructure/project/directory.projection';
import { SearchProjection } from '../../../apps/chat/src/infrastructure/project/search.projection';
import { openEventLog } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

describe('the projections of chat', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  let runner: ProjectionRunner;
  let backplane: Backplane;
  const errors: unknown[] = [];
  const gatewaysOf = new Map<string, string[]>();

  beforeAll(async () => {
    reading = await openReading('chat_projections');
    log = openEventLog(reading);
    backplane = new InMemoryBackplane();
    reading.bus.answer('presence.gateways', async ({ userIds }) => ({
      users: userIds.map((userId) => ({ userId: userId as UserId, gatewayIds: gatewaysOf.get(userId) ?? [] })),
    }));
    runner = new ProjectionRunner({
      log,
      queries: reading.bus,
      checkEveryMs: 50,
      onError: (message, error) => {
        // A partition that a test has moved away is tried again.
        if (!(error instanceof AppError && error.code === 'UNAVAILABLE')) errors.push(message, error);
      },
    });
    await runner.run(new SearchProjection(reading.database));
    await runner.run(new DirectoryProjection(reading.database, new ListChangeNotices(backplane, reading.bus)));
  });
  afterEach(() => expect(errors).toEqual([]));
  afterAll(async () => {
    await runner.stop();
    await log.close();
    await backplane.close();
    await reading.close();
  });

  describe('search', () => {
    const find = async (userId: UserId, q: string, more: object = {}) => (await reading.ask('messages.search', { userId, q, limit: 10, ...more })).items;
    const texts = async (userId: UserId, q: string, more: object = {}) => (await find(userId, q, more)).map((hit) => hit.message.text);

    it('finds what was written, edited and restored, and nothing that was deleted', async () => {
      const room = await SeededRoom.create(reading.database);
      const kept = await room.post(room.owner, 'the zebra crossed');
      const gone = await room.post(room.owner, 'a zebra vanished');
      await eventually(async () => expect(await texts(room.owner, 'Zebra')).toEqual(['a zebra vanished', 'the zebra crossed']));
      await room.delete(gone, room.owner);
      // At once: the text is read from the message itself.
      expect(await texts(room.owner, 'zebra')).toEqual(['the zebra crossed']);
      await room.edit(kept, room.owner, 'the quagga crossed');
      await eventually(async () => expect(await texts(room.owner, 'quagga')).toEqual(['the quagga crossed']));
      expect(await texts(room.owner, 'zebra')).toEqual([]);
      await eventually(async () => expect(await room.shard.query('SELECT 1 FROM message_search WHERE message_id = $1', [gone.messageId])).toEqual([]));
      await runner.reset('search');
      await eventually(async () => expect(await texts(room.owner, 'quagga')).toEqual(['the quagga crossed']));
    });

    it('finds only in rooms that one may read', async () => {
      const [open, closed, barred] = [
        await SeededRoom.create(reading.database),
        await SeededRoom.create(reading.database, { kind: 'private' }),
        await SeededRoom.create(reading.database),
      ];
      const [member, stranger] = [await closed.join(), newId<UserId>()];
      await barred.ban(stranger);
      for (const [room, name] of [
        [open, 'open'],
        [closed, 'closed'],
        [barred, 'barred'],
      ] as const)
        await room.post(room.owner, `okapi ${name}`);
      await eventually(async () => expect((await texts(member, 'okapi')).sort()).toEqual(['okapi barred', 'okapi closed', 'okapi open']));
      expect(await texts(stranger, 'okapi')).toEqual(['okapi open']);
      expect(await texts(stranger, 'okapi', { roomId: closed.roomId })).toEqual([]);
    });

    it('narrows by room, author and time, and pages newest first', async () => {
      const room = await SeededRoom.create(reading.database);
      const author = await room.join();
      const posted = [];
      for (let at = 0; at < 5; at++) posted.push(await room.post(at % 2 === 0 ? author : room.owner, `tapir ${at}`));
      await eventually(async () => expect(await texts(author, 'tapir')).toHaveLength(5));
      expect(await texts(author, 'tapir', { authorId: author })).toEqual(['tapir 4', 'tapir 2', 'tapir 0']);
      expect(await texts(author, 'tapir', { after: posted[1]!.at, before: posted[3]!.at })).toEqual(['tapir 2', 'tapir 1']);
      expect(await texts(author, 'tapir', { roomId: newId<RoomId>() })).toEqual([]);
      const first = await reading.ask('messages.search', { userId: author, q: 'tapir', limit: 3 });
      const second = await reading.ask('messages.search', { userId: author, q: 'tapir', limit: 3, cursor: first.next! });
      expect([...first.items, ...second.items].map((hit) => hit.message.text)).toEqual(['tapir 4', 'tapir 3', 'tapir 2', 'tapir 1', 'tapir 0']);
      expect(second.next).toBeUndefined();
    });

    it('marks matches in text that is otherwise escaped', async () => {
      const room = await SeededRoom.create(reading.database);
      await room.post(room.owner, `<img src=x onerror="alert(1)"> & the \u0001gnu\u0002 'rests'`);
      await eventually(async () => expect(await find(room.owner, 'gnu')).toHaveLength(1));
      const [hit] = await find(room.owner, 'gnu');
      const joined = hit!.highlights.join();
      expect(joined).toContain('<mark>gnu</mark>');
      expect(joined).toContain('&#39;');
      expect(joined.replaceAll(/<\/?mark>/g, '')).not.toMatch(/[<>"']/);
    });

    it('leaves out what a dash stands before, however many there are', async () => {
      const room = await SeededRoom.create(reading.database);
      for (const text of ['quokka', 'quokka asleep', 'well-fed quokka']) await room.post(room.owner, text);
      await eventually(async () => expect(await texts(room.owner, 'quokka')).toHaveLength(3));
      for (const dashes of ['-', '--', '-'.repeat(60)]) expect(await texts(room.owner, `quokka ${dashes}asleep`)).toEqual(['well-fed quokka', 'quokka']);
      expect(await texts(room.owner, 'quokka -"well fed" -asleep')).toEqual(['quokka']);
      expect(await texts(room.owner, 'well-fed')).toEqual(['well-fed quokka']);
      expect(await texts(room.owner, '--- quokka ---')).toHaveLength(3);
    });

    it('takes any query without an error', async () => {
      for (const q of [
        '- '.repeat(90),
        '-'.repeat(200),
        '-('.repeat(100),
        '-. '.repeat(60),
        '-"" '.repeat(50),
        '-or '.repeat(50),
        '-a '.repeat(66),
        '"unclosed',
        '!!!',
        '- - -',
        'or',
        "a' & | ! ( b:*",
        '\0',
        '\ud800',
        '<->',
        '"" -"',
        '🙂'.repeat(50),
      ]) {
        await expect(reading.ask('messages.search', { userId: newId<UserId>(), q, limit: 5 })).resolves.toMatchObject({ items: expect.any(Array) });
      }
    });

    it('does not write to a partition that is being moved (P30)', async () => {
      const room = await SeededRoom.create(reading.database);
      await room.shard.query(`UPDATE partition_progress SET state = 'moved' WHERE partition = $1`, [room.partition]);
      const projection = new SearchProjection(reading.database);
      const event = {
        partition: room.partition,
        position: 1,
        event: { roomId: room.roomId, epoch: 1, seq: 1, type: 'message.posted', data: { messageId: newId() } },
      };
      await expect(room.shard.transaction((connection) => projection.apply(connection, [event]))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await room.shard.query(`UPDATE partition_progress SET state = 'active' WHERE partition = $1`, [room.partition]);
    });

    it('lets no move begin until its rows are written (P30)', async () => {
      const room = await SeededRoom.create(reading.database);
      const event = {
        partition: room.partition,
        position: 1,
        event: { roomId: room.roomId, epoch: 1, seq: 1, type: 'message.posted', data: { messageId: newId() } },
      };
      const move = `SELECT 1 FROM partition_progress WHERE partition = $1 FOR UPDATE NOWAIT`;
      await room.shard.transaction(async (connection) => {
        await new SearchProjection(reading.database).apply(connection, [event]);
        await expect(room.shard.query(move, [room.partition])).rejects.toMatchObject({ sqlState: '55P03' });
      });

      await expect(room.shard.query(move, [room.partition])).resolves.toHaveLength(1);
    });
  });

  describe("people's own logs (P32)", () => {
    const directory = () => reading.database.directory();
    const projection = () => new DirectoryProjection(reading.database, new ListChangeNotices(backplane, reading.bus));
    const changeOf = (userId: UserId, type: string, epoch = 1) => ({
      partition: 0,
      position: 1,
      event: { roomId: newId<RoomId>(), epoch, seq: 5, type, actorId: newId<UserId>(), at: '2026-01-01T00:00:00.000Z', data: { userId } },
    });
    const revs = async (userId: UserId) =>
      (await reading.ask('user.events', { userId, afterRev: 0, limit: 10 })).changes.map(({ rev, change }) => `${rev} ${change}`);

    it('count every change of a batch (P32)', async () => {
      const person = newId<UserId>();
      const batches = [['member.invited'], ['member.joined', 'member.left', 'member.invited']];
      for (const types of batches) {
        const batch = types.map((type) => changeOf(person, type));
        await directory().transaction((connection) => projection().apply(connection, batch));
      }

      expect(await revs(person)).toEqual(['1 invited', '2 joined', '3 removed', '4 invited']);
    });

    it('go beyond any rev that was told before, once history was restored (P32, P29)', async () => {
      const [person, epoch] = [newId<UserId>(), 1_800_000_000];
      const batches = [[changeOf(person, 'member.invited')], [changeOf(person, 'member.joined', epoch)], [changeOf(person, 'member.left', epoch)]];
      for (const batch of batches) await directory().transaction((connection) => projection().apply(connection, batch));

      expect(await revs(person)).toEqual(['1 invited', `${epoch} joined`, `${epoch + 1} removed`]);
    });

    it('lock people in one order, so that no two batches wait for each other (P32)', async () => {
      const [low, high] = [newId<UserId>(), newId<UserId>()].sort() as [UserId, UserId];
      const both = [changeOf(high, 'member.invited'), changeOf(low, 'member.invited')];
      await directory().transaction((connection) => projection().apply(connection, both));
      const applied = await directory().transaction(async (other) => {
        await other.query('SELECT 1 FROM user_revs WHERE user_id = $1 FOR UPDATE', [low]);
        const begun = directory().transaction((connection) => projection().apply(connection, both));
        await eventually(async () => {
          const waiting = await directory().query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
          expect(waiting).toHaveLength(1);
        });
        // Whoever waits for the first has none of the others.
        await other.query('SELECT 1 FROM user_revs WHERE user_id = $1 FOR UPDATE NOWAIT', [high]);
        return { begun };
      });
      await applied.begun;

      expect(await revs(high)).toEqual(['1 invited', '2 invited']);
    });

    it('count each change of a room list by 1, and tell the gateways that the person is connected to', async () => {
      const [here, elsewhere] = [newId<GatewayId>(), newId<GatewayId>()];
      const heard: string[] = [];
      await backplane.listen(here, (channel, message) => heard.push(`${channel} ${message}`));
      await backplane.listen(elsewhere, () => heard.push('elsewhere'));
      const room = await SeededRoom.create(reading.database);
      const [person, other] = [newId<UserId>(), newId<UserId>()];
      gatewaysOf.set(person, [here]);

      await room.invite(person);
      await room.join(person);
      await room.join(other);
      await room.event('member.left', room.owner, { userId: person });
      await room.ban(person);
      const changes = async () => reading.ask('user.events', { userId: person, afterRev: 0, limit: 10 });
      await eventually(async () => expect((await changes()).rev).toBe(4));
      expect(await changes()).toEqual({
        rev: 4,
        more: false,
        changes: ['invited', 'joined', 'removed', 'banned'].map((change, index) => ({ rev: index + 1, roomId: room.roomId, change })),
      });
      await expect(reading.ask('user.events', { userId: person, afterRev: 1, limit: 2 })).resolves.toMatchObject({
        changes: [{ rev: 2 }, { rev: 3 }],
        more: true,
      });
      await expect(reading.ask('users.revs', { userIds: [person, other, newId<UserId>()] })).resolves.toMatchObject({
        revs: [{ rev: 4 }, { rev: 1 }, { rev: 0 }],
      });
      await expect(reading.ask('rooms.mine', { userId: person, limit: 5 })).resolves.toMatchObject({ rev: 4 });

      await eventually(() =>
        expect(heard.flatMap((line) => JSON.parse(line.slice('users '.length)) as { rev: number }[]).at(-1)).toMatchObject({ userId: person, rev: 4 }),
      );
      const told = heard.flatMap((line) => JSON.parse(line.slice('users '.length)) as { userId: string; changes: { change: string }[] }[]);
      expect(told.every((notice) => notice.userId === person)).toBe(true);
      expect(told.flatMap((notice) => notice.changes.map(({ change }) => change))).toEqual(['invited', 'joined', 'removed', 'banned']);
    });

    it('call a room that somebody made "created"', async () => {
      const room = await SeededRoom.create(reading.database);
      await eventually(async () =>
        expect(await reading.ask('user.events', { userId: room.owner, afterRev: 0, limit: 10 })).toMatchObject({
          changes: [{ roomId: room.roomId, change: 'created' }],
        }),
      );
    });
  });
});
