import { RoomEvent } from '@agent-chat/contracts';
import { newId, type MessageId, type UserId } from '@agent-chat/kernel';
import { ProgressRepository } from '../../../apps/chat/src/infrastructure/write/progress-repository';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const PLENTY = 10_000_000;

describe('questions about messages and the log', () => {
  let reading: Reading;

  beforeAll(async () => {
    reading = await openReading('message_queries');
  });
  afterAll(() => reading.close());

  async function roomWith(messages: number): Promise<SeededRoom> {
    const room = await SeededRoom.create(reading.database);
    for (let at = 1; at <= messages; at++) await room.post(room.owner, `message ${at}`);
    return room;
  }

  describe('history', () => {
    it('pages backwards and forwards through every message once, oldest first in each page', async () => {
      const room = await roomWith(7);
      const ask = (place: object) => reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 3, ...place });
      const newest = await ask({});
      expect(newest.items.map((item) => item.text)).toEqual(['message 5', 'message 6', 'message 7']);
      expect(newest.next).toBeUndefined();
      expect(newest.cursor).toBe(`1.${room.head}`);
      const middle = await ask({ before: Number(newest.prev) });
      const oldest = await ask({ before: Number(middle.prev) });
      expect([...oldest.items, ...middle.items].map((item) => item.text)).toEqual(['message 1', 'message 2', 'message 3', 'message 4']);
      expect(oldest.prev).toBeUndefined();
      const forward = await ask({ after: Number(oldest.next) });
      expect(forward.items.map((item) => item.text)).toEqual(['message 2', 'message 3', 'message 4']);
      expect((await ask({ after: room.head })).items).toEqual([]);
    });

    it('cuts a page where its texts are more than a megabyte, and goes on there', async () => {
      const room = await SeededRoom.create(reading.database);
      // Each takes 120 KB as JSON.
      for (let at = 1; at <= 20; at++) await room.post(room.owner, `${at}:${'\u0001'.repeat(20_000)}`);
      const ask = async (place: object) => {
        const page = await reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 100, ...place });
        return { ...page, numbers: page.items.map(({ text }) => Number(text?.split(':')[0])) };
      };
      const newest = await ask({});
      expect(newest.numbers).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
      expect(Buffer.byteLength(JSON.stringify(newest.items))).toBeLessThan(1024 * 1024);
      const middle = await ask({ before: Number(newest.prev) });
      const oldest = await ask({ before: Number(middle.prev) });
      expect([oldest.numbers, middle.numbers]).toEqual([
        [1, 2, 3, 4],
        [5, 6, 7, 8, 9, 10, 11, 12],
      ]);
      expect([oldest.prev, newest.next]).toEqual([undefined, undefined]);
      expect((await ask({ after: Number(oldest.next) })).numbers).toEqual(middle.numbers);
      const around = await ask({ around: middle.items[3]!.seq });
      expect(around.numbers).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
      expect((await ask({ before: Number(around.prev) })).numbers).toEqual(oldest.numbers);
      expect((await ask({ after: Number(around.next) })).numbers).toEqual(newest.numbers);
    });

    it('answers one message that is too long for a page', async () => {
      const room = await SeededRoom.create(reading.database);
      for (const text of ['a', 'b', 'c']) await room.post(room.owner, text.repeat(1_200_000));
      const ask = (place: object) => reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 100, ...place });
      const newest = await ask({});
      expect(newest.items.map(({ text }) => text?.[0])).toEqual(['c']);
      const before = await ask({ before: Number(newest.prev) });
      expect(before.items.map(({ text }) => text?.[0])).toEqual(['b']);
      expect(before).toMatchObject({ prev: expect.any(String), next: expect.any(String) });
    });

    it('opens around a message', async () => {
      const room = await roomWith(7);
      const fourth = (await reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 10 })).items[3]!;
      const page = await reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 3, around: fourth.seq });
      expect(page.items.map((item) => item.text)).toEqual(['message 3', 'message 4', 'message 5']);
      expect(page).toMatchObject({ prev: expect.any(String), next: expect.any(String) });
    });

    it('finds the first message at or after any instant', async () => {
      const room = await SeededRoom.create(reading.database);
      const posted = [];
      for (let at = 0; at < 12; at++) {
        posted.push(await room.post(room.owner, `m${at}`));
        // Seqs without messages in between.
        for (let skip = 0; skip < at % 4; skip++) await room.event('room.updated', room.owner, { topic: 'x' });
      }
      const firstSeqAt = async (at: string) => {
        const { items } = await reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 1, around: at });
        return items[0]?.seq;
      };
      for (const { seq, at } of posted) expect(await firstSeqAt(at)).toBe(seq);
      expect(await firstSeqAt(new Date(Date.parse(posted[4]!.at) + 1).toISOString())).toBe(posted[5]!.seq);
      expect(await firstSeqAt('2020-01-01T00:00:00.000Z')).toBe(posted[0]!.seq);
      expect(await firstSeqAt('2030-01-01T00:00:00.000Z')).toBe(posted[11]!.seq);
    });

    it('shows deleted messages as tombstones, and who reacted how', async () => {
      const room = await roomWith(0);
      const friend = await room.join();
      const kept = await room.post(room.owner, 'kept', { mentions: [friend] });
      const gone = await room.post(friend, 'gone', { mentions: ['room'], replyTo: kept.messageId });
      await room.react(kept, friend, '👍');
      await room.react(kept, room.owner, '🎉');
      await room.react(kept, room.owner, '👍');
      await room.react(gone, room.owner, '👍');
      await room.edit(kept, room.owner, 'kept, better');
      await room.delete(gone, friend);
      const { items } = await reading.ask('room.history', { roomId: room.roomId, userId: friend, limit: 10 });
      expect(items[0]).toMatchObject({ text: 'kept, better', mentions: [friend], editedAt: expect.stringMatching(/Z$/) });
      expect(items[0]?.reactions).toEqual([
        { emoji: '👍', count: 2, mine: true },
        { emoji: '🎉', count: 1, mine: false },
      ]);
      expect(items[1]).toMatchObject({
        messageId: gone.messageId,
        deletedAt: expect.stringMatching(/Z$/),
        mentions: [],
        reactions: [],
        replyTo: kept.messageId,
      });
      expect(JSON.stringify(items[1])).not.toContain('gone');
      const one = await reading.ask('message.get', { roomId: room.roomId, userId: friend, messageId: kept.messageId });
      expect(one.message).toEqual(items[0]);
      await expect(reading.ask('message.get', { roomId: room.roomId, userId: friend, messageId: newId<MessageId>() })).rejects.toMatchObject({
        code: 'MESSAGE_NOT_FOUND',
      });
      const elsewhere = await roomWith(0);
      await expect(reading.ask('message.get', { roomId: elsewhere.roomId, userId: friend, messageId: kept.messageId })).rejects.toMatchObject({
        code: 'MESSAGE_NOT_FOUND',
      });
    });

    it('refuses two places at once', async () => {
      const room = await roomWith(1);
      await expect(reading.ask('room.history', { roomId: room.roomId, userId: room.owner, limit: 1, before: 3, after: 1 })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
    });
  });

  it('shows earlier texts to the author and to moderators, and to nobody once deleted', async () => {
    const room = await roomWith(0);
    const [author, other] = [await room.join(), await room.join()];
    const message = await room.post(author, 'first');
    await room.edit(message, author, 'second');
    const ask = (userId: UserId) => reading.ask('message.revisions', { roomId: room.roomId, userId, messageId: message.messageId });
    const items = [{ seq: message.seq, text: 'first', editedBy: author, at: expect.stringMatching(/Z$/) }];
    await expect(ask(author)).resolves.toEqual({ items });
    await expect(ask(room.owner)).resolves.toEqual({ items });
    await expect(ask(other)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await room.delete(message, author);
    await expect(ask(author)).rejects.toMatchObject({ code: 'MESSAGE_DELETED' });
  });

  describe('the log of a room', () => {
    it('comes complete in pages, and each event passes the published schema', async () => {
      const room = await roomWith(5);
      const seqs: number[] = [];
      let page: { cursor: string; more: boolean };
      let after = '1.0';
      do {
        const answer = await reading.ask('room.events', { roomId: room.roomId, userId: room.owner, after, limit: 3, maxBytes: PLENTY });
        for (const event of answer.events) RoomEvent.parse(event);
        seqs.push(...answer.events.map((event) => event.seq));
        page = answer;
        after = answer.cursor;
      } while (page.more);
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
      expect(after).toBe('1.7');
    });

    it('keeps to the size asked for, but always gets on', async () => {
      const room = await roomWith(0);
      for (let at = 0; at < 4; at++) await room.post(room.owner, 'x'.repeat(1_000));
      const two = await reading.ask('room.events', { roomId: room.roomId, userId: room.owner, after: '1.2', limit: 100, maxBytes: 3_500 });
      expect(two.events.map((event) => event.seq)).toEqual([3, 4]);
      expect(two.more).toBe(true);
      const one = await reading.ask('room.events', { roomId: room.roomId, userId: room.owner, after: '1.2', limit: 100, maxBytes: 10 });
      expect(one).toMatchObject({ cursor: '1.3', more: true });
    });

    it('asks for a resync when the cursor is of another epoch, beyond the head, or its range is gone', async () => {
      const room = await roomWith(3);
      const ask = (after: string) => reading.ask('room.events', { roomId: room.roomId, userId: room.owner, after, limit: 10, maxBytes: PLENTY });
      const resync = { code: 'RESYNC_REQUIRED' };
      await expect(ask('2.1')).rejects.toMatchObject(resync);
      await expect(ask(`1.${room.head + 1}`)).rejects.toMatchObject(resync);
      await expect(ask(`1.${room.head}`)).resolves.toEqual({ events: [], cursor: `1.${room.head}`, more: false });
      await room.shard.query('DELETE FROM room_events WHERE room_id = $1 AND seq <= 3', [room.roomId]);
      await expect(ask('1.0')).rejects.toMatchObject(resync);
      await expect(ask('1.3')).resolves.toMatchObject({ more: false });
    });

    it('serves what was deleted as it may be seen now (P35)', async () => {
      const room = await roomWith(0);
      const message = await room.post(room.owner, 'oops');
      await room.delete(message, room.owner);
      const { events } = await reading.ask('room.events', { roomId: room.roomId, userId: room.owner, after: '1.2', limit: 10, maxBytes: PLENTY });
      expect(events[0]).toMatchObject({ type: 'message.posted', data: { messageId: message.messageId, redacted: true, mentions: [] } });
      expect(JSON.stringify(events)).not.toContain('oops');
    });

    it('is told to services without asking for access', async () => {
      const room = await SeededRoom.create(reading.database, { kind: 'private' });
      const tail = await reading.ask('rooms.tail', { roomId: room.roomId, after: '1.1', limit: 10, maxBytes: PLENTY });
      expect(tail).toMatchObject({ head: 2, more: false, events: [{ seq: 2 }] });
      await expect(reading.ask('rooms.tail', { roomId: room.roomId, after: '1.9', limit: 10, maxBytes: PLENTY })).rejects.toMatchObject({
        code: 'RESYNC_REQUIRED',
      });
    });
  });

  describe('opening rooms (P24)', () => {
    it('answers each room by itself: what came after its cursor, its head, fence and owner, or why not', async () => {
      const [open, closed] = [await roomWith(2), await SeededRoom.create(reading.database, { kind: 'private' })];
      const me = await open.join();
      const { rooms } = await reading.ask('rooms.open', {
        userId: me,
        maxBytes: PLENTY,
        rooms: [{ roomId: open.roomId, cursor: '1.3' }, { roomId: closed.roomId }, { roomId: open.roomId }, { roomId: open.roomId, cursor: '7.3' }],
      });
      expect(rooms[0]).toMatchObject({ ok: true, member: true, head: 5, epoch: 1, fence: 3, owner: 'chat-1', cursor: '1.5', more: false });
      expect(rooms[0]).toMatchObject({ events: [{ seq: 4 }, { seq: 5 }] });
      expect(rooms[1]).toMatchObject({ ok: false, error: { code: 'ROOM_NOT_FOUND' } });
      expect(rooms[2]).toMatchObject({ ok: true, events: [], cursor: '1.5', more: false });
      expect(rooms[3]).toMatchObject({ ok: false, error: { code: 'RESYNC_REQUIRED' } });
    });

    it('shares its size among the rooms; one that got nothing has more', async () => {
      const [one, two] = [await roomWith(0), await roomWith(0)];
      for (const room of [one, two]) for (let at = 0; at < 3; at++) await room.post(room.owner, 'x'.repeat(1_000));
      const asked = [one, two].map((room) => ({ roomId: room.roomId, cursor: '1.2' }));
      const answer = await reading.ask('rooms.open', { userId: newId<UserId>(), maxBytes: 4_900, rooms: asked });
      expect(answer.rooms[0]).toMatchObject({ cursor: '1.5', more: false });
      expect(answer.rooms[1]).toMatchObject({ cursor: '1.2', more: true, events: [] });
      expect(Buffer.byteLength(JSON.stringify(answer.rooms[0]))).toBeLessThan(4_900 + 300);
    });

    it('has the database read and send hardly more than one answer holds, however many rooms are behind', async () => {
      const rooms = await Promise.all(Array.from({ length: 20 }, () => roomWith(0)));
      for (const room of rooms) for (let at = 0; at < 10; at++) await room.post(room.owner, 'x'.repeat(1_000));
      const asked = jest.spyOn(reading.database.shard(0), 'query');
      const answer = await reading.ask('rooms.open', {
        userId: newId<UserId>(),
        maxBytes: 20_000,
        rooms: rooms.map(({ roomId }) => ({ roomId, cursor: '1.0' })),
      });
      const sent: unknown[] = await Promise.all(asked.mock.results.map(({ value }): unknown => value));
      asked.mockRestore();
      // At least one event of each: a page can always begin.
      expect(JSON.stringify(sent).length).toBeLessThan(20 * 1_500 + 20_000);
      expect(answer.rooms.every((room) => room.ok && room.more)).toBe(true);
      expect(answer.rooms.filter((room) => room.ok && room.events.length > 0).length).toBeGreaterThan(10);
      const [behind] = rooms;
      const alone = await reading.ask('rooms.open', {
        userId: newId<UserId>(),
        maxBytes: 20_000,
        rooms: rooms.map(({ roomId }) => ({ roomId, cursor: roomId === behind?.roomId ? '1.0' : '1.12' })),
      });
      expect(alone.rooms[0]).toMatchObject({ cursor: '1.12', more: false });
    });
  });

  it('reads a whole partition for consumers (P19)', async () => {
    const room = await roomWith(3);
    const { lastPosition } = await reading.ask('partition.events', { partition: room.partition, afterPosition: 0, limit: 1 });
    const first = lastPosition - 5;
    const page = await reading.ask('partition.events', { partition: room.partition, afterPosition: first, limit: 3 });
    expect(page.events.map(({ position }) => position)).toEqual([first + 1, first + 2, first + 3]);
    const log = await reading.ask('room.events', { roomId: room.roomId, userId: room.owner, after: '1.0', limit: 3, maxBytes: PLENTY });
    expect(page.events.map(({ event }) => event)).toEqual(log.events);
    await expect(reading.ask('partition.events', { partition: 9_999, afterPosition: 0, limit: 3 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('tells consumers which files a message had that was deleted since, and so does who publishes late (P18, P35)', async () => {
    const room = await roomWith(1);
    const gone = await room.post(room.owner, 'look', { files: ['a.txt', 'b.txt'] });
    await room.delete(gone, room.owner);
    await room.delete(await room.post(room.owner, 'without files'), room.owner);
    const { events } = await reading.ask('partition.events', { partition: room.partition, afterPosition: 0, limit: 1_000 });
    const erased = events.flatMap(({ event, erasedAttachmentIds }) => (erasedAttachmentIds === undefined ? [] : [[event.seq, erasedAttachmentIds]]));
    const ids = await room.shard.query('SELECT attachment_id FROM message_attachments WHERE message_id = $1 ORDER BY place', [gone.messageId]);
    expect(erased).toEqual([[gone.seq, ids.map((row) => row['attachment_id'])]]);
    expect(events.find(({ event }) => event.roomId === room.roomId && event.seq === gone.seq)?.event.data).toMatchObject({ attachments: [], redacted: true });
    expect(await new ProgressRepository(room.shard).eventsAfter(room.partition, 0, 1_000)).toEqual(events);
  });

  it('reads a partition from where the map says while nobody may write there (P30)', async () => {
    const room = await roomWith(1);
    await room.shard.query(`UPDATE partition_progress SET state = 'moved' WHERE partition = $1`, [room.partition]);
    const { events } = await reading.ask('partition.events', { partition: room.partition, afterPosition: 0, limit: 3 });
    expect(events).toHaveLength(3);
    await room.shard.query(`UPDATE partition_progress SET state = 'active' WHERE partition = $1`, [room.partition]);
  });
});
