import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { type UserId } from '@agent-chat/kernel';
import { ProjectionRunner } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { SearchProjection } from '../../../apps/chat/src/infrastructure/project/search.projection';
import { openEventLog } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const OPERATING = resolve(__dirname, '../../../docs/guides/operating.md');

describe('search by the names of files', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  let runner: ProjectionRunner;
  const errors: unknown[] = [];

  beforeAll(async () => {
    reading = await openReading('chat_search_file_names');
    log = openEventLog(reading);
    runner = new ProjectionRunner({ log, queries: reading.bus, checkEveryMs: 50, onError: (message, error) => errors.push(message, error) });
    await runner.run(new SearchProjection(reading.database));
  });
  afterEach(() => expect(errors).toEqual([]));
  afterAll(async () => {
    await runner.stop();
    await log.close();
    await reading.close();
  });

  const find = async (userId: UserId, q: string) => (await reading.ask('messages.search', { userId, q, limit: 10 })).items;
  const texts = async (userId: UserId, q: string) => (await find(userId, q)).map((hit) => hit.message.text);

  it('finds a message by them, whole or in pieces, as long as the files are there', async () => {
    const room = await SeededRoom.create(reading.database);
    const lake = await room.post(room.owner, '', { files: ['Lake-by-Ben.jpg', 'Ansicht_2026-03 (Übersee).png'] });
    await room.post(room.owner, 'by a lake');
    await eventually(async () => expect(await find(room.owner, 'lake')).toHaveLength(2));
    const names = ['ben', 'jpg', 'lake-by', 'by-ben', '"lake-by"', 'lake-by-ben', 'lake-by-ben.jpg', 'ansicht 2026', '2026-03', 'übersee', 'ben -oryx-by'];
    for (const q of names) expect([q, (await find(room.owner, q)).map(({ message }) => message.messageId)]).toEqual([q, [lake.messageId]]);
    expect(await find(room.owner, 'ben -lake-by')).toEqual([]);
    await room.edit(lake, room.owner, 'still there');
    await eventually(async () => expect(await find(room.owner, 'still ben')).toHaveLength(1));
    await room.delete(lake, room.owner);
    await room.shard.query('UPDATE messages SET deleted_at = NULL WHERE message_id = $1', [lake.messageId]);
    await room.event('message.restored', room.owner, { messageId: lake.messageId, text: 'still there', mentions: [] });
    await eventually(async () => expect(await texts(room.owner, 'still')).toEqual(['still there']));
    await eventually(async () => expect(await find(room.owner, 'ben')).toEqual([]));
  });

  it('is there for older messages after the documented statements', async () => {
    const room = await SeededRoom.create(reading.database);
    await room.post(room.owner, 'the bongo', { files: ['horns.png'] });
    await eventually(async () => expect(await texts(room.owner, 'horns')).toEqual(['the bongo']));
    await room.shard.query(`UPDATE message_search SET document = to_tsvector('simple', 'the bongo') WHERE room_id = $1`, [room.roomId]);
    expect(await texts(room.owner, 'horns')).toEqual([]);
    const [statements = ''] = /(?<=```sql\n)BEGIN;[^`]+consumer = 'search'[^`]+/.exec(readFileSync(OPERATING, 'utf8')) ?? [];
    const changes = statements.split('\n').filter((line) => /^(UPDATE|DELETE)/.test(line));
    expect(changes).toHaveLength(2);
    await room.shard.transaction(async (connection) => {
      for (const change of changes) await connection.query(change);
    });
    expect(await texts(room.owner, 'bongo')).toEqual(['the bongo']);
    await eventually(async () => expect(await texts(room.owner, 'horns')).toEqual(['the bongo']));
  });
});
