import { type QueryInput } from '@agent-chat/contracts';
import { newId, type UserId } from '@agent-chat/kernel';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom, type SeededMessage } from '../../support/seeded-room';

describe('the files of a room', () => {
  let reading: Reading;

  beforeAll(async () => {
    reading = await openReading('room_files');
  });
  afterAll(() => reading.close());

  async function attach(room: SeededRoom, { messageId }: SeededMessage, ...names: string[]): Promise<void> {
    for (const [place, name] of names.entries()) {
      const size = name.endsWith('.png') ? 100 : undefined;
      await room.shard.query(
        `INSERT INTO message_attachments (attachment_id, room_id, message_id, place, name, type, size_bytes, width, height)
         VALUES ($1, $2, $3, $4, $5, 'application/octet-stream', 7, $6, $6)`,
        [newId(), room.roomId, messageId, place, name, size],
      );
    }
  }

  async function names(room: SeededRoom, wanted: Partial<QueryInput<'room.attachments'>> = {}): Promise<string[]> {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await reading.ask('room.attachments', {
        roomId: room.roomId,
        userId: room.owner,
        limit: 10,
        ...wanted,
        ...(cursor === undefined ? {} : { cursor }),
      });
      expect(page.items.length).toBeLessThanOrEqual(wanted.limit ?? 10);
      found.push(...page.items.map(({ name }) => name));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  it('are there newest first, whatever the page, with the message that has them', async () => {
    const room = await SeededRoom.create(reading.database, { kind: 'private' });
    const first = await room.post(room.owner, 'first');
    await attach(room, first, 'a.png', 'b.txt', 'c.png');
    await room.post(room.owner, 'without');
    await attach(room, await room.post(room.owner, 'last'), 'd.txt');
    const other = await SeededRoom.create(reading.database);
    await attach(other, await other.post(other.owner, 'elsewhere'), 'of-another-room.txt');

    for (const limit of [1, 2, 3, 10]) expect(await names(room, { limit })).toEqual(['d.txt', 'c.png', 'b.txt', 'a.png']);
    const { items } = await reading.ask('room.attachments', { roomId: room.roomId, userId: room.owner, limit: 2 });
    expect(items).toMatchObject([
      { name: 'd.txt', sizeBytes: 7, seq: first.seq + 2, authorId: room.owner },
      { name: 'c.png', width: 100, height: 100, messageId: first.messageId, seq: first.seq, createdAt: first.at },
    ]);
    expect(items[0]).not.toHaveProperty('width');
  });

  it('are found by what they are and by a part of their name', async () => {
    const room = await SeededRoom.create(reading.database);
    await attach(room, await room.post(room.owner, ''), 'Zürich plan.png', 'plan 50%.txt', 'other.png');

    expect(await names(room, { kind: 'image' })).toEqual(['other.png', 'Zürich plan.png']);
    expect(await names(room, { kind: 'other' })).toEqual(['plan 50%.txt']);
    expect(await names(room, { name: 'PLAN' })).toEqual(['plan 50%.txt', 'Zürich plan.png']);
    expect(await names(room, { name: 'zü', kind: 'image', limit: 1 })).toEqual(['Zürich plan.png']);
    expect(await names(room, { name: '%' })).toEqual(['plan 50%.txt']);
    expect(await names(room, { name: 'nothing \0' })).toEqual([]);
  });

  it('are left out with a deleted message, and are nobody’s who may not read the room', async () => {
    const room = await SeededRoom.create(reading.database, { kind: 'private' });
    const [kept, gone] = [await room.post(room.owner, 'kept'), await room.post(room.owner, 'gone')];
    await attach(room, kept, 'kept.txt');
    await attach(room, gone, 'gone.txt');
    await room.delete(gone, room.owner);

    expect(await names(room)).toEqual(['kept.txt']);
    await room.shard.query('UPDATE message_attachments SET erased = true WHERE message_id = $1', [kept.messageId]);
    expect(await names(room)).toEqual([]);
    const asked = { roomId: room.roomId, limit: 1 };
    await expect(reading.ask('room.attachments', { ...asked, userId: newId<UserId>() })).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
    await expect(reading.ask('room.attachments', { ...asked, userId: room.owner, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
