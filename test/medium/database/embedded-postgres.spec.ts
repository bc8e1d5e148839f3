import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@agent-chat/testing';
import { EmbeddedFixture } from './embedded-fixture';
import { isRunning, processGroupOf, query, serverPid, watchdogsOf } from './server-inspection';

describe('the embedded Postgres', () => {
  let fixture: EmbeddedFixture;
  beforeAll(() => {
    fixture = new EmbeddedFixture();
  });
  afterEach(() => fixture.stopAll());
  afterAll(() => fixture.remove());

  it('is ready in time on the first and on later starts, keeps what was stored, and stops cleanly', async () => {
    const dataDir = join(fixture.fresh('plain'), 'deep/data');
    const first = fixture.start(dataDir);
    const { url } = await first.ready();
    await query(url, 'create table kept as select 42 as value');
    const pid = serverPid(join(dataDir, 'postgres'));
    expect(await first.signal('SIGTERM')).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect(readFileSync(join(dataDir, 'postgres/server.log'), 'utf8')).toContain('database system is shut down');

    const second = await fixture.start(dataDir).ready();
    expect(await query(second.url, 'select value from kept')).toEqual([{ value: 42 }]);
  });

  it('never trades durability, answers on this machine only, and keeps its password to itself', async () => {
    const dataDir = fixture.fresh('settings');
    const { url } = await fixture.start(dataDir).ready();
    const rows = await query(
      url,
      `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'password_encryption', 'data_checksums')`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      password_encryption: 'scram-sha-256',
      synchronous_commit: 'on',
    });
    expect(await query(url, "select lower('ÄÖ') as folded")).toEqual([{ folded: 'äö' }]);
    expect(statSync(join(dataDir, 'postgres/password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres/data')).mode & 0o777).toBe(0o700);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  });

  it('comes back by itself after kill -9, twice, with everything that was committed', async () => {
    const dataDir = fixture.fresh('killed');
    for (const round of [1, 2]) {
      const started = fixture.start(dataDir);
      const { url } = await started.ready();
      await query(url, 'create table if not exists kept (round integer)');
      await query(url, `insert into kept values (${round})`);
      await started.signal('SIGKILL');
    }
    const { url } = await fixture.start(dataDir).ready();
    expect(await query(url, 'select round from kept order by round')).toEqual([{ round: 1 }, { round: 2 }]);
  });

  it('recovers when the server itself is killed too', async () => {
    const dataDir = fixture.fresh('crashed');
    const started = fixture.start(dataDir);
    const { url } = await started.ready();
    await query(url, 'create table kept as select 1 as value');
    const pid = serverPid(join(dataDir, 'postgres'));
    process.kill(pid, 'SIGKILL');
    await started.signal('SIGKILL');
    const again = await fixture.start(dataDir).ready();
    expect(await query(again.url, 'select value from kept')).toEqual([{ value: 1 }]);
  });

  it('stops a server that an earlier run left behind and that did not end by itself', async () => {
    const dataDir = fixture.fresh('orphan');
    const started = fixture.start(dataDir);
    await started.ready();
    const orphan = serverPid(join(dataDir, 'postgres'));
    for (const watchdog of watchdogsOf(orphan)) process.kill(watchdog, 'SIGKILL');
    await started.signal('SIGKILL');
    expect(isRunning(orphan)).toBe(true);
    const next = fixture.start(dataDir);
    await next.ready();
    expect(next.logs).toContain(`Stopped the database server ${orphan} that an earlier run left behind.`);
    expect(isRunning(orphan)).toBe(false);
  });

  it('leaves no server behind after kill -9, even when nobody starts again', async () => {
    const dataDir = fixture.fresh('watchdog');
    const started = fixture.start(dataDir);
    await started.ready();
    const pid = serverPid(join(dataDir, 'postgres'));
    const watchdogs = watchdogsOf(pid);
    expect(watchdogs).toHaveLength(1);
    await started.signal('SIGKILL');
    await eventually(() => expect([pid, ...watchdogs].filter(isRunning)).toEqual([]));
  });

  it("starts although the dead server's pid belongs to another program by now, and leaves that alone", async () => {
    const dataDir = fixture.fresh('reused');
    const first = fixture.start(dataDir);
    await first.ready();
    await first.signal('SIGTERM');
    const data = join(dataDir, 'postgres/data');
    const { uid, gid } = statSync(data);
    // Of the server's own user: another's pid would not bother Postgres.
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { uid, gid, cwd: '/', stdio: 'ignore' });
    try {
      writeFileSync(join(data, 'postmaster.pid'), `${other.pid}\n${data}\n1\n5432\n\n127.0.0.1\n`, { mode: 0o600 });
      chownSync(join(data, 'postmaster.pid'), uid, gid);
      await fixture.start(dataDir).ready();
      expect(isRunning(other.pid ?? 0)).toBe(true);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('is out of the reach of Ctrl-C, so that this process can drain first', async () => {
    const dataDir = fixture.fresh('group');
    await fixture.start(dataDir).ready();
    const pid = serverPid(join(dataDir, 'postgres'));
    expect(processGroupOf(pid)).toBe(pid);
  });

  describe('on a DATA_DIR that is in use', () => {
    it('is refused at once, with the pid of who has it', async () => {
      const dataDir = fixture.fresh('second');
      const first = fixture.start(dataDir);
      const { url } = await first.ready();
      const message = await fixture.start(dataDir).refused();
      expect(message).toBe(
        `DatabaseStartError: ${dataDir} is in use by the running process ${first.pid}. Stop that process, or give this one another DATA_DIR.\n`,
      );
      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('lets exactly one of five that start together in', async () => {
      const dataDir = fixture.fresh('together');
      const starts = await Promise.all(Array.from({ length: 5 }, () => fixture.start(dataDir).started));
      expect(starts.filter((result) => 'url' in result)).toHaveLength(1);
    });

    it('lets exactly one of five in that all find the lock of a dead process', async () => {
      const dataDir = fixture.fresh('stale');
      const first = fixture.start(dataDir);
      await first.ready();
      await first.signal('SIGKILL');
      const starts = await Promise.all(Array.from({ length: 5 }, () => fixture.start(dataDir).started));
      expect(starts.filter((result) => 'url' in result)).toHaveLength(1);
    });

    it("takes over the lock of a dead process whose pid is another's by now", async () => {
      const dataDir = fixture.fresh('pid');
      mkdirSync(join(dataDir, 'postgres'));
      writeFileSync(join(dataDir, 'postgres/lock'), JSON.stringify({ pid: process.pid, identity: 'another boot/1', nonce: 'x' }));
      const { url } = await fixture.start(dataDir).ready();
      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });
  });
});
