import { COMMANDS_TOPIC, encodeCommand } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { newId, SystemClock } from '@agent-chat/kernel';
import { FakeClock } from '@agent-chat/testing';
import { readFileSync } from 'node:fs';
import { alice, bob, post, seqOf } from './calls';
import { RemadeLog } from './remade-log';
import { progressOf, seqsOf, textsOf } from './stored-rooms';
import { newLog, rigsEachTest } from './write-rig';

const systemClock = new SystemClock();

describe('a log and a database that no longer belong together', () => {
  let test: TestDatabase;
  const open = rigsEachTest('other_logs', (fresh) => {
    test = fresh;
  });
  /** The database as a backup of this moment would bring it back. */
  const backUp = async (partition: number) => {
    const tables = ['rooms', 'members', 'messages', 'message_keys', 'room_events', 'read_watermarks'];
    const database = test.database.shard(0);
    const rows = await Promise.all(tables.map((table) => database.query<{ data: object }>(`SELECT to_json(t) AS data FROM ${table} t`)));
    const progress = await progressOf(test, partition);
    return async () => {
      for (const [index, table] of tables.entries()) {
        await database.query(`DELETE FROM ${table}`);
        await database.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
          JSON.stringify(rows[index]!.map(({ data }) => data)),
        ]);
      }
      await database.query(
        'UPDATE partition_progress SET epoch = $2, position = $3, command_offset = $4, command_request_id = $5, command_appended_ms = $6 WHERE partition = $1',
        [partition, progress.epoch, progress.position, progress.command_offset, progress.command_request_id, progress.command_appended_ms],
      );
    };
  };

  it('takes over from an owner that was paused in its commit, whose batch is then refused (P5, P6, P8, P9)', async () => {
    const paused = await open();
    const roomId = await paused.newRoom(1);
    const { leaving, letGo } = paused.database.holdCommits();
    const stale = await paused.append(post(roomId, alice, 'of the paused owner'));
    await leaving;
    const other = await open();
    await other.taken(1);
    const fresh = await other.send(post(roomId, bob, 'of the new owner'));
    expect(paused.answers.has(stale.requestId)).toBe(false);
    letGo();

    const next = await paused.send(post(roomId, alice, 'after the pause'));

    expect([seqOf(fresh), seqOf(next)]).toEqual([4, 5]);
    expect(await seqsOf(test, roomId)).toEqual([1, 2, 3, 4, 5]);
    // To the new owner's log the paused one's command is an older one of another log (P13).
    expect(paused.answers.has(stale.requestId)).toBe(false);
    expect(await textsOf(test, roomId)).toEqual(['of the new owner', 'after the pause']);
  });

  it('starts at the first record of another log, and skips older commands without a stored key that lay in it (P13)', async () => {
    const clock = new FakeClock(systemClock.nowMs());
    const first = await open({ log: newLog(clock) });
    const roomId = await first.newRoom(6);
    clock.advance(10_000);
    const kept = post(roomId, alice, 'kept');
    const stored = await first.send(kept);
    await first.stop();
    // The new log is a copy of a part of the old: a decided post, and a refusal that nothing tells of.
    const copyClock = new FakeClock(clock.nowMs() - 5_000);
    const log = newLog(copyClock);
    const writer = await open({ log: newLog() });
    await writer.stop();
    const second = await openRigBehind(log, copyClock, [kept, post(roomId, bob, 'refused in the old log')]);

    expect(await second.rig.answerTo(second.requestIds[0]!)).toMatchObject({ ok: true, result: { duplicate: true, seq: seqOf(stored) } });
    copyClock.set(clock.nowMs() + 1_000);
    expect(seqOf(await second.rig.send(post(roomId, alice, 'new')))).toBe(5);
    expect(second.rig.answers.has(second.requestIds[1]!)).toBe(false);
    expect(await textsOf(test, roomId)).toEqual(['kept', 'new']);
  });

  /** A rig on a log in which calls lie before anybody reads it. */
  async function openRigBehind(log: InMemoryEventLog, clock: FakeClock, calls: ReturnType<typeof post>[]) {
    const gatewayId = newId<never>();
    const requestIds: string[] = [];
    for (const call of calls) {
      const requestId = newId<never>();
      requestIds.push(requestId);
      await log.append(COMMANDS_TOPIC, [encodeCommand({ ...call, key: call.key ?? newId(), requestId, gatewayId })]);
    }
    const rig = await open({ log, clock, gatewayId });
    return { rig, requestIds };
  }

  it('decides new commands after a restart whose clock was set back (P13)', async () => {
    const first = await open();
    const roomId = await first.newRoom(7, []);
    await first.stop();
    const second = await open({ log: newLog(new FakeClock(systemClock.nowMs() - 3_600_000)) });
    await second.taken(7);

    expect(seqOf(await second.send(post(roomId, alice, 'an hour ago')))).toBe(3);
  });

  it('still skips after an owner that met another log died before its first commit (P13)', async () => {
    const first = await open();
    const roomId = await first.newRoom(8);
    await first.stop();
    const died = await open({ log: newLog() });
    await died.taken(8);
    await died.stop();
    expect((await progressOf(test, 8)).command_offset).toBe(-1);
    const clock = new FakeClock(systemClock.nowMs() - 60_000);
    const { rig, requestIds } = await openRigBehind(newLog(clock), clock, [post(roomId, alice, 'older than what was decided')]);
    clock.set(systemClock.nowMs() + 60_000);

    expect(seqOf(await rig.send(post(roomId, alice, 'new')))).toBe(4);
    expect(rig.answers.has(requestIds[0]!)).toBe(false);
    expect(await textsOf(test, roomId)).toEqual(['new']);
  });

  it('finds out that its log was made anew while it owned the partition, and decides what comes in it at once (P13)', async () => {
    const log = new RemadeLog();
    const rig = await open({ log });
    const roomId = await rig.newRoom(9);
    for (const text of ['one', 'two', 'three']) await rig.send(post(roomId, alice, text));

    await log.remake();
    const answer = await rig.send(post(roomId, alice, 'at the first offset of another log'));

    expect(seqOf(answer)).toBe(7);
    expect(await textsOf(test, roomId)).toEqual(['one', 'two', 'three', 'at the first offset of another log']);
  });

  it('raises the epoch after a restore, and decides again what the log holds beyond it (P29, P13, P3)', async () => {
    const log = newLog();
    const first = await open({ log });
    const roomId = await first.newRoom(9);
    await first.send(post(roomId, alice, 'in the backup'));
    const restore = await backUp(9);
    const lost = [post(roomId, alice, 'after it, 1'), post(roomId, bob, 'after it, 2')];
    for (const call of lost) await first.send(call);
    await first.stop();
    await restore();

    const second = await open({ log, gatewayId: first.gatewayId });
    const owned = await second.taken(9);
    const next = await second.send(post(roomId, alice, 'next'));

    expect(owned.epoch).toBeGreaterThan(1_600_000_000);
    expect(owned.position).toBeGreaterThan(1_600_000_000_000);
    expect(next).toMatchObject({ ok: true, result: { epoch: owned.epoch, seq: 7 } });
    expect(await textsOf(test, roomId)).toEqual(['in the backup', 'after it, 1', 'after it, 2', 'next']);
    const ids = await test.database
      .shard(0)
      .query<{ message_id: string }>('SELECT message_id FROM messages WHERE room_id = $1 ORDER BY seq OFFSET 1', [roomId]);
    expect(ids.slice(0, 2).map((row) => row.message_id)).toEqual(lost.map(({ data }) => data.messageId));
  });

  it('takes a restore that was declared before the start for one, as the documents say (P29)', async () => {
    const [declared] = /(?<=```sql\n)UPDATE partition_progress[^`]+/.exec(readFileSync('docs/protocol.md', 'utf8')) ?? [];
    const first = await open();
    const roomId = await first.newRoom(11);
    const restore = await backUp(11);
    await first.send(post(roomId, alice, 'not in the backup'));
    await first.stop();
    await restore();
    await test.database.shard(0).query(declared!);
    const second = await open();
    const owned = await second.taken(11);

    expect(owned.epoch).toBeGreaterThan(1_600_000_000);
    expect(owned.position).toBeGreaterThan(1_600_000_000_000);
    expect(await second.send(post(roomId, alice, 'after the restore'))).toMatchObject({ ok: true, result: { seq: 4, epoch: owned.epoch } });
  });

  it('sees a restore under its own feet, by its own last commit (P29, P7)', async () => {
    const rig = await open();
    rig.log.losesCommits = true;
    const roomId = await rig.newRoom(10);
    const restore = await backUp(10);
    await rig.send(post(roomId, alice, 'not in the backup'));
    await restore();

    const answer = await rig.send(post(roomId, alice, 'behind the restore'));

    expect(answer).toMatchObject({ ok: true, result: { seq: 5 } });
    expect((await progressOf(test, 10)).epoch).toBeGreaterThan(1_600_000_000);
    expect(await textsOf(test, roomId)).toEqual(['not in the backup', 'behind the restore']);
  });
});
