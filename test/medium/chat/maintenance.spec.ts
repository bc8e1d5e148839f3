import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { newId, partitionOf, type RoomId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { DeadCommandExpiry } from '../../../apps/chat/src/infrastructure/maintain/dead-command-expiry';
import { EventMonths } from '../../../apps/chat/src/infrastructure/maintain/event-months';
import { KeyExpiry } from '../../../apps/chat/src/infrastructure/maintain/key-expiry';
import { SeededRoom } from '../../support/seeded-room';

describe('maintenance of the rooms', () => {
  let test: TestDatabase;
  const shard = () => test.database.shards()[0]!;

  beforeEach(async () => {
    test = await createTestDatabase('maintenance');
  });
  afterEach(() => test.drop());

  const tableOf = async (room: SeededRoom) => {
    const rows = await shard().query<{ table: string }>('SELECT DISTINCT tableoid::regclass::text AS table FROM room_events WHERE room_id = $1 ORDER BY 1', [
      room.roomId,
    ]);
    return rows.map((row) => row.table);
  };
  const monthName = (ms: number) => `room_events_${new Date(ms).toISOString().slice(0, 7).replace('-', '_')}`;

  it('makes this month of the log and the next three, once, however many processes try', async () => {
    const months = new EventMonths(test.database);
    const made = (await Promise.all([months.prepare(3), months.prepare(3), months.prepare(3)])).flat();
    const now = new Date();
    const expected = [0, 1, 2, 3].map((ahead) => monthName(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)));
    expect(made.sort()).toEqual(expected);
    expect(await months.prepare(3)).toEqual([]);
    const room = await SeededRoom.create(test.database, { startMs: Date.now() });
    expect(await tableOf(room)).toEqual([expected[0]]);
  });

  it('moves what the default partition took for want of a month, and leaves the rest', async () => {
    const now = await SeededRoom.create(test.database, { startMs: Date.now() });
    const longAgo = await SeededRoom.create(test.database, { startMs: Date.UTC(2001, 0, 1) });
    await now.post(now.owner, 'x');
    expect(await tableOf(now)).toEqual(['room_events_default']);
    await new EventMonths(test.database).prepare(3);
    expect(await tableOf(now)).toEqual([monthName(Date.now())]);
    expect(await tableOf(longAgo)).toEqual(['room_events_default']);
    const rows = await shard().query('SELECT seq FROM room_events WHERE room_id = $1 ORDER BY seq', [now.roomId]);
    expect(rows).toEqual([1, 2, 3].map((seq) => ({ seq })));
    // The unique rules of the log hold in the new month too.
    await expect(shard().query(`INSERT INTO room_events SELECT * FROM room_events WHERE room_id = $1`, [now.roomId])).rejects.toMatchObject({
      sqlState: '23505',
    });
  });

  it('goes on while events are written', async () => {
    const room = await SeededRoom.create(test.database, { startMs: Date.now() });
    const months = new EventMonths(test.database);
    const writing = (async () => {
      for (let at = 0; at < 50; at++) await room.event('room.updated', room.owner, { topic: String(at) });
    })();
    await Promise.all([writing, months.prepare(3)]);
    const [row] = await shard().query('SELECT count(*) AS count FROM room_events WHERE room_id = $1', [room.roomId]);
    expect(row).toEqual({ count: 52 });
    const [left] = await shard().query('SELECT count(*) AS count FROM room_events_default');
    expect(left).toEqual({ count: 0 });
  });

  it('forgets keys after 7 days, slice by slice, but not those of a shard that is being moved (P1, P30)', async () => {
    const room = await SeededRoom.create(test.database);
    let other: RoomId;
    do other = newId<RoomId>();
    while (partitionOf(other, test.database.partitionCount) === room.partition);
    const moved = await SeededRoom.create(test.database, { roomId: other });
    await shard().query(`UPDATE partition_progress SET state = 'moved' WHERE partition = $1`, [moved.partition]);
    for (const [roomId, key, age] of [
      ...Array.from({ length: 7 }, (_, n) => [room.roomId, `old-${n}`, '7 days 1 hour']),
      [room.roomId, 'young', '6 days 23 hours'],
      [other, 'elsewhere', '8 days'],
    ]) {
      await shard().query(
        `INSERT INTO message_keys (room_id, actor_id, key, digest, request_id, seq, epoch, changed, created_at) VALUES ($1, $2, $3, 'd', $4, 1, 1, true, now() - $5::interval)`,
        [roomId, room.owner, key, newId(), age],
      );
    }
    await expect(new KeyExpiry(test.database).expire(3)).resolves.toBe(7);
    const left = await shard().query('SELECT key FROM message_keys ORDER BY key');
    expect(left).toEqual([{ key: 'elsewhere' }, { key: 'young' }]);
  });

  it('forgets no key of a shard whose move has begun, but waits for what becomes of it (P30)', async () => {
    const room = await SeededRoom.create(test.database);
    await shard().query(
      `INSERT INTO message_keys (room_id, actor_id, key, digest, request_id, seq, epoch, changed, created_at) VALUES ($1, $2, 'old', 'd', $3, 1, 1, true, now() - interval '8 days')`,
      [room.roomId, room.owner, newId()],
    );
    const expiring = await shard().transaction(async (move) => {
      await move.query('SELECT 1 FROM partition_progress WHERE partition = $1 FOR UPDATE', [room.partition]);
      const begun = new KeyExpiry(test.database).expire();
      await eventually(async () => {
        const waiting = await shard().query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
        expect(waiting).toHaveLength(1);
      });
      await move.query(`UPDATE partition_progress SET state = 'moved' WHERE partition = $1`, [room.partition]);
      return { begun };
    });

    expect(await expiring.begun).toBe(0);
    expect(await shard().query('SELECT key FROM message_keys')).toEqual([{ key: 'old' }]);
  });

  it('forgets dead commands that nobody wanted for 45 days', async () => {
    const keep = (days: number) =>
      test.database
        .directory()
        .query(`INSERT INTO dead_commands SELECT $1, 'message.post', 'no', now() - $2 * interval '1 day', $3`, [newId(), days, `{"value":"${days}"}`]);
    for (const days of [0, 44, 46, 90]) await keep(days);
    const expiry = new DeadCommandExpiry(test.database);
    expect(await expiry.expire()).toBe(2);
    expect(await expiry.expire()).toBe(0);
    const left = await test.database.directory().query('SELECT record FROM dead_commands ORDER BY failed_at');
    expect(left).toEqual([{ record: '{"value":"44"}' }, { record: '{"value":"0"}' }]);
  });
});
