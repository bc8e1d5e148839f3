import { OperatorActs } from '@agent-chat/audit';
import { type Queryable } from '@agent-chat/database';
import { newId, SystemClock, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AuditExport } from '../../../apps/gateway/src/application/audit-export';
import { SeededRoom } from '../../support/seeded-room';
import { AnalyticsRig } from './analytics-rig';

const SCRIPT = resolve(__dirname, '../../../scripts/audit-verify.mjs');
const FIRST = Date.UTC(2026, 2, 11, 12);

describe('the audit trail', () => {
  let rig: AnalyticsRig;
  let room: SeededRoom;
  let folder: string;
  let [ann, bob]: UserId[] = [];
  let message: Awaited<ReturnType<SeededRoom['post']>>;
  const operator = newId<UserId>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'agent-chat-audit-'));
    rig = await AnalyticsRig.open('audit', new SystemClock());
    room = await SeededRoom.create(rig.reading.database, { startMs: FIRST, name: 'Confidential plans' });
    [ann, bob] = [await room.join(), await room.join()];
    message = await room.post(ann, 'a secret text');
    await room.edit(message, ann, 'another secret text');
    await room.ban(bob, 'a secret reason');
    await room.delete(message, room.owner);
    await rig.published(room);
    await eventually(async () => expect((await list()).items).toHaveLength(room.head), { timeoutMs: 15_000 });
  });
  afterAll(async () => {
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const list = (more: object = {}) => rig.reading.ask('audit.list', { roomId: room.roomId, limit: 100, ...more });
  const all = () => rig.directory.query('SELECT * FROM audit_entries ORDER BY chain, link');

  async function exported(): Promise<string> {
    const file = join(folder, `${newId<string>()}.ndjson`);
    let text = '';
    for await (const lines of await new AuditExport(rig.reading.bus).begin(operator)) text += lines;
    writeFileSync(file, text);
    return file;
  }

  function verify(file: string, ...more: string[]): Promise<{ code: number; output: string }> {
    return new Promise((done) => {
      execFile(process.execPath, [SCRIPT, '--file', file, ...more], (error, stdout, stderr) => {
        done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  /** As somebody who owns the database may, past its triggers; rolled back afterwards by doing the opposite. */
  async function tampered(sql: string, back: string): Promise<string> {
    await rig.directory.query('ALTER TABLE audit_entries DISABLE TRIGGER USER');
    await rig.directory.query(sql);
    const file = await exported();
    await rig.directory.query(back);
    await rig.directory.query('ALTER TABLE audit_entries ENABLE TRIGGER USER');
    return file;
  }

  it('keeps who did what to whom, newest first, and nothing of what was written', async () => {
    const { items } = await list();
    expect(items.map((item) => [item.type, item.actorId, item.subjectId])).toEqual([
      ['message.deleted', room.owner, message.messageId],
      ['member.banned', room.owner, bob],
      ['message.edited', ann, message.messageId],
      ['message.posted', ann, message.messageId],
      ['member.joined', bob, bob],
      ['member.joined', ann, ann],
      ['member.joined', room.owner, room.owner],
      ['room.created', room.owner, undefined],
    ]);
    expect(items[0]).toMatchObject({ chain: room.partition, partition: room.partition, roomId: room.roomId, seq: room.head });
    expect(JSON.stringify(await all())).not.toMatch(/secret|Confidential/);

    const first = await list({ limit: 3 });
    const second = await list({ cursor: first.next! });
    expect([...first.items, ...second.items]).toEqual(items);
    await expect(list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('is found by who did it, to whom, what and when', async () => {
    expect((await list({ actorId: ann })).items).toHaveLength(3);
    expect((await list({ subjectId: bob })).items.map(({ type }) => type)).toEqual(['member.banned', 'member.joined']);
    expect((await list({ type: 'member.banned' })).items).toHaveLength(1);
    const { items } = await list();
    expect((await list({ from: items[2]!.at, to: items[0]!.at })).items).toEqual(items.slice(1, 3));
    expect((await list({ operatorsOnly: true })).items).toEqual([]);
  });

  it('lets nobody change it; built again it gains only what is missing', async () => {
    for (const sql of [
      `UPDATE audit_entries SET type = 'x'`,
      `UPDATE audit_entries SET actor_id = NULL`,
      `UPDATE audit_entries SET actor_id = gen_random_uuid()`,
      'UPDATE audit_entries SET actor_id = NULL, actor_salt = NULL, seq = 7',
      'DELETE FROM audit_entries',
      'TRUNCATE audit_entries',
    ]) {
      await expect(rig.directory.query(sql)).rejects.toThrow(/append only/);
    }
    await rig.caughtUp();
    const before = await all();
    await rig.runner.reset('audit-chain');
    await rig.caughtUp();
    expect(await all()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  it('verifies from outside, with what operators did', async () => {
    await rig.app.get(OperatorActs).note({ type: 'deadLetter.discard', actorId: operator, subjectId: 'event.search.3.17' });
    const { code, output } = await verify(await exported());
    expect(output).toMatch(/ entries in 2 chains, 0 ids erased\nThe audit trail verifies\.\n$/);
    expect(code).toBe(0);
    const { items } = await list({ roomId: undefined, operatorsOnly: true });
    expect(items.slice(0, 2)).toMatchObject([
      { chain: -1, type: 'audit.export', actorId: operator },
      { chain: -1, type: 'deadLetter.discard', actorId: operator, subjectId: 'event.search.3.17' },
    ]);
  });

  it.each([
    ['a changed actor', `SET actor_id = '0190a6b2-7c1e-7a3d-8f00-000000000001'`, 'its actor is not the one that its digest was made of'],
    ['a changed subject and digest', `SET subject_id = 'x', subject_digest = sha256(subject_salt || 'x')`, 'its hash is not that of what it says'],
    ['a changed type', `SET type = 'member.joined'`, 'its hash is not that of what it says'],
    ['a changed time', `SET at = at + interval '1 hour'`, 'its hash is not that of what it says'],
    ['a half erased id', `SET actor_salt = NULL`, 'its actor is half erased'],
    [
      'an actor who is said to be the subject',
      `SET subject_id = actor_id, subject_salt = actor_salt, subject_digest = actor_digest, actor_id = NULL, actor_salt = NULL, actor_digest = NULL`,
      'its hash is not that of what it says',
      1,
    ],
  ])('shows %s', async (_, change, problem, link = 6) => {
    const columns = ['actor_id', 'actor_salt', 'actor_digest', 'subject_id', 'subject_salt', 'subject_digest', 'type', 'at'];
    const restore = `UPDATE audit_entries e SET ${columns.map((column) => `${column} = k.${column}`).join(', ')} FROM kept k WHERE k.chain = e.chain AND k.link = e.link`;
    await rig.directory.query('CREATE TABLE kept AS SELECT * FROM audit_entries');
    const file = await tampered(`UPDATE audit_entries ${change} WHERE chain = ${room.partition} AND link = ${link}`, restore);
    await rig.directory.query('DROP TABLE kept');
    const { code, output } = await verify(file);
    expect(output).toContain(`Chain ${room.partition}, entry ${link}: ${problem}`);
    expect(output).toContain('does NOT verify');
    expect(code).toBe(1);
    expect((await verify(await exported())).code).toBe(0);
  });

  it('shows a removed and an added entry, a cut export, and one that is none', async () => {
    const lines = readFileSync(await exported(), 'utf8')
      .trimEnd()
      .split('\n');
    const attempt = async (kept: string[]) => {
      const file = join(folder, `${newId<string>()}.ndjson`);
      writeFileSync(file, kept.join('\n'));
      const { code, output } = await verify(file);
      expect(code).toBe(1);
      return output;
    };
    const middle = lines.findIndex((line) => line.includes('member.banned'));
    expect(await attempt([...lines.slice(0, middle), ...lines.slice(middle + 1)])).toMatch(/it comes after \d/);
    expect(await attempt([...lines.slice(0, middle), lines[middle]!, ...lines.slice(middle)])).toMatch(/it comes after \d/);
    expect(await attempt(lines.slice(0, -1))).toContain('its last line is missing');
    expect(await attempt([...lines.slice(0, -2), lines.at(-1)!])).toMatch(/ends at \d+, and should at \d+/);
    expect(await attempt(['nonsense'])).toContain('Line 1 is no JSON');
  });

  it('is not handed over as if it were whole when its newest entries are gone', async () => {
    await rig.directory.query('UPDATE audit_chains SET links = links + 1000 WHERE chain = $1', [room.partition]);
    await expect(exported()).rejects.toMatchObject({ code: 'INTERNAL' });
    await rig.directory.query('UPDATE audit_chains SET links = links - 1000 WHERE chain = $1', [room.partition]);
    expect((await verify(await exported())).code).toBe(0);
  });

  it('shows by an earlier end that all was written anew', async () => {
    const saved = join(folder, 'heads.json');
    expect((await verify(await exported(), '--save', saved)).code).toBe(0);
    expect((await verify(await exported(), '--against', saved)).code).toBe(0);
    // Whoever owns the database makes a chain that verifies, of entries that lack one.
    const { chain } = { chain: room.partition };
    await rig.directory.query('CREATE TABLE kept AS SELECT * FROM audit_entries WHERE chain = $1', [chain]);
    await rig.directory.query('CREATE TABLE kept_chains AS SELECT * FROM audit_chains WHERE chain = $1', [chain]);
    await rig.directory.query('ALTER TABLE audit_entries DISABLE TRIGGER USER');
    await rig.directory.query('DELETE FROM audit_entries WHERE chain = $1', [chain]);
    await rig.directory.query('DELETE FROM audit_chains WHERE chain = $1', [chain]);
    await rig.directory.query(`SELECT audit_append($1, (SELECT json_agg(k) FROM kept k WHERE type <> 'member.banned'))`, [chain]);
    const forged = await exported();
    expect((await verify(forged)).code).toBe(0);
    expect((await verify(forged, '--against', saved)).output).toContain(`Chain ${chain} does not go through ${room.head}, where it was before`);
    await rig.directory.query('DELETE FROM audit_entries WHERE chain = $1', [chain]);
    await rig.directory.query('DELETE FROM audit_chains WHERE chain = $1', [chain]);
    await rig.directory.query('INSERT INTO audit_entries SELECT * FROM kept');
    await rig.directory.query('INSERT INTO audit_chains SELECT * FROM kept_chains');
    await rig.directory.query('ALTER TABLE audit_entries ENABLE TRIGGER USER');
    expect((await verify(await exported(), '--against', saved)).code).toBe(0);
  });

  it('forgets a person and still verifies', async () => {
    const saved = join(folder, 'before-erasure.json');
    await verify(await exported(), '--save', saved);
    expect(await rig.reading.ask('audit.erase', { userId: bob!, actorId: operator })).toEqual({ entries: 2 });
    expect(await rig.reading.ask('audit.erase', { userId: bob!, actorId: operator })).toEqual({ entries: 0 });
    const file = await exported();
    const { code, output } = await verify(file, '--against', saved);
    // Joined: as actor and as subject; banned: as subject.
    expect(output).toContain('3 ids erased');
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain(bob);
    const [banned] = (await list({ type: 'member.banned' })).items;
    expect(banned).toMatchObject({ actorId: room.owner, erased: true });
    expect(banned).not.toHaveProperty('subjectId');
    expect((await list({ roomId: undefined, operatorsOnly: true, type: 'audit.erase' })).items[0]).not.toHaveProperty('subjectId');
    await rig.runner.reset('audit-chain');
    await rig.caughtUp();
    expect(JSON.stringify(await all())).not.toContain(bob);
  });

  it('keeps one line for each event, though two processes append it at once', async () => {
    const { count } = (await rig.directory.query<{ count: number }>('SELECT count(*) FROM audit_entries WHERE chain = 7000'))[0]!;
    expect(count).toBe(0);
    const append = async (connection: Queryable, ...positions: number[]) => {
      const entries = positions.map((position) => ({ position, epoch: 1, seq: position, type: 'message.posted', at: '2026-03-11T12:00:00.123Z' }));
      const [row] = await connection.query<{ added: number }>('SELECT audit_append(7000, $1) AS added', [JSON.stringify(entries)]);
      return row!.added;
    };
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%audit_append(7000%'`;
    expect(await append(rig.directory, 3, 1, 2)).toBe(3);
    let other: Promise<number> | undefined;
    await rig.directory.transaction(async (connection) => {
      // As somebody who appends and has just read where the chain ends.
      await connection.query('SELECT links FROM audit_chains WHERE chain = 7000 FOR UPDATE');
      other = append(rig.directory, 5, 6);
      await eventually(async () => expect(await rig.directory.query(waiting)).toHaveLength(1));
      await append(connection, 4, 5);
    });
    expect(await other).toBe(1);
    expect(await rig.directory.query('SELECT link, position FROM audit_entries WHERE chain = 7000 ORDER BY link')).toEqual(
      [1, 2, 3, 4, 5, 6].map((link) => ({ link, position: link })),
    );
  });
});
