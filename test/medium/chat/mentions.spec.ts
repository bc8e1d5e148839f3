import { newId, type UserId } from '@agent-chat/kernel';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const HOUR_MS = 3_600_000;

describe('the list of mentions', () => {
  let reading: Reading;

  beforeAll(async () => {
    reading = await openReading('mentions');
  });
  afterAll(() => reading.close());

  async function texts(userId: UserId, limit = 10): Promise<(string | undefined)[]> {
    const found: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await reading.ask('messages.mentioning', { userId, limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ text }) => text));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  it('has what names a person or everyone in their rooms, newest first, whatever the page', async () => {
    const me = newId<UserId>();
    const rooms = [];
    for (let at = 0; at < 3; at++) {
      const room = await SeededRoom.create(reading.database, { startMs: Date.UTC(2026, 0, 1) + at * HOUR_MS, kind: 'private' });
      await room.join(me);
      rooms.push(room);
    }
    for (const [at, room] of rooms.entries()) {
      await room.post(room.owner, `${at}: you`, { mentions: [me] });
      await room.post(room.owner, `${at}: nobody`);
      await room.post(room.owner, `${at}: all, and you`, { mentions: ['room', me] });
    }
    const all = ['2: all, and you', '2: you', '1: all, and you', '1: you', '0: all, and you', '0: you'];
    for (const limit of [1, 2, 3, 10]) expect(await texts(me, limit)).toEqual(all);
  });

  it('leaves out what one wrote oneself, what was deleted, and rooms that one is not in any more', async () => {
    const room = await SeededRoom.create(reading.database);
    const me = await room.join();
    await room.post(me, 'to all, by me', { mentions: ['room'] });
    const gone = await room.post(room.owner, 'gone', { mentions: [me] });
    await room.post(room.owner, 'kept', { mentions: [me] });
    await room.delete(gone, room.owner);
    expect(await texts(me)).toEqual(['kept']);
    await room.leave(me);
    expect(await texts(me)).toEqual([]);
    expect(await texts(newId<UserId>())).toEqual([]);
  });

  it('refuses a cursor that it did not make', async () => {
    await expect(reading.ask('messages.mentioning', { userId: newId<UserId>(), limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});
