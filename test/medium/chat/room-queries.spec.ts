import { newId, type RoomId, type UserId } from '@agent-chat/kernel';
import { type PersonLogReader } from '../../../apps/chat/src/infrastructure/read/person-log.reader';
import { RoomListReader } from '../../../apps/chat/src/infrastructure/read/room-list.reader';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const NOT_FOUND = { code: 'ROOM_NOT_FOUND' };

describe('questions about rooms', () => {
  let reading: Reading;
  const stranger = newId<UserId>();

  beforeAll(async () => {
    reading = await openReading('room_queries');
  });
  afterAll(() => reading.close());

  describe('access', () => {
    it('shows a public room to everyone but those it banned', async () => {
      const room = await SeededRoom.create(reading.database);
      const banned = await room.join();
      await room.ban(banned, 'spam');
      await expect(reading.ask('room.get', { roomId: room.roomId, userId: stranger })).resolves.toMatchObject({ room: { name: 'general', kind: 'public' } });
      await expect(reading.ask('room.get', { roomId: room.roomId, userId: banned })).rejects.toMatchObject(NOT_FOUND);
      await expect(reading.ask('room.history', { roomId: room.roomId, userId: banned, limit: 5 })).rejects.toMatchObject(NOT_FOUND);
    });

    it('hides a private room from all but members, and shows the room alone to who is invited', async () => {
      const room = await SeededRoom.create(reading.database, { kind: 'private' });
      const invitee = newId<UserId>();
      await room.invite(invitee);
      await room.post(room.owner, 'secret');
      await expect(reading.ask('room.get', { roomId: room.roomId, userId: stranger })).rejects.toMatchObject(NOT_FOUND);
      const { room: seen } = await reading.ask('room.get', { roomId: room.roomId, userId: invitee });
      expect(seen).toMatchObject({ roomId: room.roomId, invited: true });
      const { rooms } = await reading.ask('rooms.mine', { userId: invitee, limit: 5 });
      expect(rooms).toEqual([seen]);
      expect(seen).not.toHaveProperty('lastMessage');
      await expect(reading.ask('room.history', { roomId: room.roomId, userId: invitee, limit: 5 })).rejects.toMatchObject(NOT_FOUND);
      await expect(reading.ask('room.members', { roomId: room.roomId, userId: invitee, limit: 5 })).rejects.toMatchObject(NOT_FOUND);
    });

    it('answers the same for a room that never was', async () => {
      await expect(reading.ask('room.get', { roomId: newId<RoomId>(), userId: stranger })).rejects.toMatchObject(NOT_FOUND);
    });

    it('answers from where the map says while nobody may write there, between the moments of a switch (P30)', async () => {
      const room = await SeededRoom.create(reading.database);
      await room.shard.query(`UPDATE partition_progress SET state = 'moved' WHERE partition = $1`, [room.partition]);
      await expect(reading.ask('room.get', { roomId: room.roomId, userId: stranger })).resolves.toMatchObject({ room: { roomId: room.roomId } });
      await expect(reading.ask('rooms.tail', { roomId: room.roomId, after: '1.0', limit: 5, maxBytes: 99_999 })).resolves.toMatchObject({ more: false });
      await room.shard.query(`UPDATE partition_progress SET state = 'active' WHERE partition = $1`, [room.partition]);
    });

    it('tells who of many may read', async () => {
      const room = await SeededRoom.create(reading.database, { kind: 'private' });
      const member = await room.join();
      const banned = await room.join();
      await room.ban(banned);
      const asked = [member, banned, stranger];
      await expect(reading.ask('room.readers', { roomId: room.roomId, userIds: asked })).resolves.toEqual({ userIds: [member] });
      await room.shard.query(`UPDATE rooms SET kind = 'public' WHERE room_id = $1`, [room.roomId]);
      const { userIds } = await reading.ask('room.readers', { roomId: room.roomId, userIds: asked });
      expect([...userIds].sort()).toEqual([member, stranger].sort());
    });
  });

  describe('my rooms', () => {
    it('come newest activity first, page by page, each once', async () => {
      const me = newId<UserId>();
      const rooms: SeededRoom[] = [];
      for (let at = 0; at < 5; at++) {
        // Two of them were active at the same instant.
        const room = await SeededRoom.create(reading.database, { startMs: Date.UTC(2026, 1, 1) + Math.floor(at / 2) * 60_000 });
        await room.join(me);
        rooms.push(room);
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await reading.ask('rooms.mine', { userId: me, limit: 2, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.rooms.map((room) => room.roomId));
        cursor = page.next;
      } while (cursor !== undefined);
      const newestFirst = [...rooms].sort((one, other) => (rooms.indexOf(other) >> 1) - (rooms.indexOf(one) >> 1) || (one.roomId < other.roomId ? -1 : 1));
      expect(seen).toEqual(newestFirst.map((room) => room.roomId));
    });

    it('tell what is unread, who named me, and how the last message begins', async () => {
      const room = await SeededRoom.create(reading.database);
      const me = await room.join();
      await room.post(room.owner, 'one', { mentions: [me] });
      const { seq } = await room.post(room.owner, 'two', { mentions: [me] });
      await room.read(me, seq);
      await room.post(room.owner, 'three', { mentions: [me, 'room'] });
      await room.post(me, 'mine', { mentions: ['room'] });
      await room.read(me, seq);
      await room.post(room.owner, '🙂'.repeat(200), { mentions: ['room'] });
      const { rooms } = await reading.ask('rooms.mine', { userId: me, limit: 10 });
      expect(rooms).toHaveLength(1);
      expect(rooms[0]).toMatchObject({ head: room.head, memberCount: 2, me: { role: 'member', readSeq: seq, unreadCount: 3, mentionCount: 2 } });
      expect(rooms[0]?.lastMessage?.preview).toBe('🙂'.repeat(140));
      const { heads } = await reading.ask('heads.read', {
        reads: [
          { userId: me, roomIds: [room.roomId, newId<RoomId>()] },
          { userId: stranger, roomIds: [room.roomId] },
        ],
      });
      expect(heads).toEqual([
        { userId: me, heads: [{ roomId: room.roomId, head: room.head, readSeq: seq, unreadCount: 3, mentionCount: 2 }] },
        { userId: stranger, heads: [] },
      ]);
    });

    it('tell how many files the last message has and which is the first, but not of one that was deleted', async () => {
      const room = await SeededRoom.create(reading.database);
      const me = await room.join();
      const last = async () => {
        const { rooms } = await reading.ask('rooms.mine', { userId: me, limit: 10 });
        const { room: one } = await reading.ask('room.get', { roomId: room.roomId, userId: me });
        expect(rooms).toEqual([one]);
        return one.lastMessage;
      };
      await room.post(room.owner, '', { files: ['earlier.txt'] });
      const message = await room.post(room.owner, '', { files: ['first.txt', 'second.txt', 'third.txt'] });
      const { attachments } = await reading
        .ask('message.get', { roomId: room.roomId, userId: me, messageId: message.messageId })
        .then(({ message: whole }) => whole);
      expect(await last()).toMatchObject({ messageId: message.messageId, preview: '', files: { count: 3, first: { name: 'first.txt', type: 'text/plain' } } });
      expect((await last())?.files?.first).toEqual(attachments[0]);

      await room.shard.query('UPDATE messages SET deleted_at = now() WHERE message_id = $1', [message.messageId]);
      expect(await last()).not.toHaveProperty('files');
      await room.delete(message, room.owner);
      expect(JSON.stringify(await last())).not.toContain('first.txt');
      await room.shard.query('UPDATE messages SET deleted_at = NULL WHERE message_id = $1', [message.messageId]);
      expect(await last()).not.toHaveProperty('files');
      await room.post(room.owner, 'words alone');
      expect(await last()).not.toHaveProperty('files');
    });

    it('are read after their rev: a change between the two is looked for again, never missed (P32)', async () => {
      const person = newId<UserId>();
      const room = await SeededRoom.create(reading.database);
      const personLog = {
        revOf: async () => {
          await room.join(person);
          return 5;
        },
      } as unknown as PersonLogReader;
      const { rooms, rev } = await new RoomListReader(reading.database, personLog).mine({ userId: person, limit: 10 });

      expect(rev).toBe(5);
      expect(rooms.map(({ roomId }) => roomId)).toEqual([room.roomId]);
    });

    it('refuse a cursor that is none', async () => {
      for (const cursor of ['nonsense', Buffer.from('["2026-01-01\' OR 1=1", "x"]').toString('base64url')]) {
        await expect(reading.ask('rooms.mine', { userId: stranger, limit: 2, cursor })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
      }
    });

    it('are known by id, with heads for the check that no frame was lost (P27)', async () => {
      const room = await SeededRoom.create(reading.database);
      const me = await room.join();
      await expect(reading.ask('rooms.memberOf', { userId: me })).resolves.toEqual({ roomIds: [room.roomId] });
      await expect(reading.ask('rooms.heads', { roomIds: [room.roomId, newId<RoomId>()] })).resolves.toEqual({
        rooms: [{ roomId: room.roomId, head: room.head, epoch: 1 }],
      });
      const active = (withinMs: number) => reading.ask('rooms.active', { roomIds: [room.roomId, newId<RoomId>()], withinMs });
      // These rooms were written to at a fixed time of the past.
      const HOUR_MS = 3_600_000;
      await expect(active(100_000 * HOUR_MS)).resolves.toEqual({ roomIds: [room.roomId] });
      await expect(active(HOUR_MS)).resolves.toEqual({ roomIds: [] });
    });
  });

  it('discovers public rooms by name, in order, page by page', async () => {
    const tag = newId().slice(-8);
    const made = ['Beta', 'alpha', 'gamma'].map((name) => `${name} ${tag}`);
    for (const name of made) await SeededRoom.create(reading.database, { name, kind: name.startsWith('gamma') ? 'announcement' : 'public' });
    await SeededRoom.create(reading.database, { name: `hidden ${tag}`, kind: 'private' });
    const barred = await SeededRoom.create(reading.database, { name: `barred ${tag}` });
    await barred.ban(stranger);
    const first = await reading.ask('rooms.discover', { userId: stranger, query: tag, limit: 2 });
    const second = await reading.ask('rooms.discover', { userId: stranger, query: tag, limit: 2, cursor: first.next! });
    expect([...first.rooms, ...second.rooms].map((room) => room.name)).toEqual([`alpha ${tag}`, `Beta ${tag}`, `gamma ${tag}`]);
    expect(second.next).toBeUndefined();
  });

  it('discovers rooms whatever the case and the accents of a name or a topic', async () => {
    const tag = newId().slice(-8);
    // With an accent of its own, as some devices write it; capitals; none.
    const names = ['Holiday Pla\u0308ne', 'PLÄNE', 'Planes'].map((name) => `${name} ${tag}`);
    for (const name of names) await SeededRoom.create(reading.database, { name });
    const found = async (query: string) => (await reading.ask('rooms.discover', { userId: stranger, query, limit: 10 })).rooms.map(({ name }) => name);
    for (const query of ['plane', 'Pläne', 'PLÄNE', 'pla\u0308ne']) {
      const all = await found(query);
      expect([query, all.filter((name) => name.endsWith(tag)).sort()]).toEqual([query, [...names].sort()]);
    }
    expect(await found(`plänes ${tag}`)).toEqual([`Planes ${tag}`]);
  });

  it('pages through members', async () => {
    const room = await SeededRoom.create(reading.database);
    const people = [room.owner, await room.join(), await room.join(undefined, 'admin')];
    const first = await reading.ask('room.members', { roomId: room.roomId, userId: stranger, limit: 2 });
    const second = await reading.ask('room.members', { roomId: room.roomId, userId: stranger, limit: 2, cursor: first.next! });
    const all = [...first.members, ...second.members];
    expect(all.map((member) => member.userId)).toEqual([...people].sort());
    expect(all.find((member) => member.userId === room.owner)).toMatchObject({
      role: 'owner',
      muted: false,
      joinedAt: expect.stringMatching(/^2026-01-01T00:00:02.000Z$/),
    });
  });

  it('shows bans to moderators and invites to members', async () => {
    const room = await SeededRoom.create(reading.database);
    const member = await room.join();
    const invitee = newId<UserId>();
    await room.ban(stranger, 'spam');
    await room.invite(invitee);
    const { bans } = await reading.ask('room.bans', { roomId: room.roomId, userId: room.owner, limit: 10 });
    expect(bans).toEqual([{ userId: stranger, bannedBy: room.owner, bannedAt: expect.stringMatching(/Z$/), reason: 'spam' }]);
    await expect(reading.ask('room.bans', { roomId: room.roomId, userId: member, limit: 10 })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(reading.ask('room.invites', { roomId: room.roomId, userId: member })).resolves.toEqual({ userIds: [invitee] });
    await expect(reading.ask('room.invites', { roomId: room.roomId, userId: invitee })).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  });
});
