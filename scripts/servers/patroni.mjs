// Postgres under Patroni: two servers, one of which is the primary; every commit is on both before it is answered, as long as both are there.
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { load } from '../toolchain/load-typescript.mjs';
import { makeDatabase, signalAll } from './postgres.mjs';
import { findProgram, installPackages, isExecutable, mayInstall } from './programs.mjs';
import { freePort, onDeath, startNode } from './server.mjs';

const EMBEDDED = './libs/database/src/adapters/embedded';
const { asAccount, serverAccount } = load(`${EMBEDDED}/server-account.ts`);
const { stopOrphan } = load(`${EMBEDDED}/orphan.ts`);
const { commandLineOf } = load(`${EMBEDDED}/process-identity.ts`);
const { prepareHome } = load(`${EMBEDDED}/server-home.ts`);

const HOST = '127.0.0.1';
const PACKAGES = ['patroni', 'python3-etcd', 'postgresql'];
const DEBIAN = '/usr/lib/postgresql';
const CREATION = '/etc/postgresql-common/createcluster.conf';
const READY_LIMIT_MS = 120_000;
/** A primary that is gone is missed after 5 s. */
const AGREED = { ttl: 5, loop_wait: 1, retry_timeout: 3, master_start_timeout: 0, maximum_lag_on_failover: 1_048_576, synchronous_mode: true };
const PARAMETERS = { wal_level: 'replica', hot_standby: 'on', max_wal_senders: 10, wal_log_hints: 'on', max_connections: 400, wal_keep_size: '512MB' };

/** Where a whole Postgres lies; the one that npm installs has no `pg_basebackup` and no `pg_rewind`. */
function findPostgres() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];
  return folders.find((folder) => ['postgres', 'pg_basebackup', 'pg_rewind'].every((program) => isExecutable(join(folder, program))));
}

function find() {
  const [command, binaries] = [findProgram(['patroni']), findPostgres()];
  return command && binaries ? { command, binaries } : undefined;
}

/** Debian's package makes a server at once and starts it on the port that everybody expects Postgres on: not while `action` runs. */
async function withoutServerOfItsOwn(action) {
  await installPackages(['postgresql-common']);
  const before = readFileSync(CREATION, 'utf8');
  writeFileSync(CREATION, `${before}\ncreate_main_cluster = false\n`);
  try {
    await action();
  } finally {
    writeFileSync(CREATION, before);
  }
}

/** Makes sure there are Patroni and a whole Postgres, and resolves with the former's path. Rejects with the command to run where it may not install them. */
export async function provision() {
  const found = find();
  if (found) return found.command;
  if (!mayInstall()) {
    throw new Error(`No Patroni and Postgres found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y ${PACKAGES.join(' ')}).`);
  }
  await withoutServerOfItsOwn(() => installPackages(PACKAGES));
  const installed = find();
  if (!installed) throw new Error(`apt-get installed ${PACKAGES.join(' ')}, but there is no patroni on the PATH or no Postgres below ${DEBIAN}.`);
  return installed.command;
}

/** Asks a Patroni whether its Postgres is what the path says. */
async function is(what, { restPort }) {
  const answer = await fetch(`http://${HOST}:${restPort}/${what}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200;
}

/** JSON is YAML. Only this machine gets in, and everybody on it. */
function configuration({ name, port, restPort, home, etcd, binaries }) {
  const rest = `${HOST}:${restPort}`;
  const user = (username) => ({ username, password: 'not-a-secret' });
  return {
    scope: 'chat',
    name,
    restapi: { listen: rest, connect_address: rest },
    // Over the newer interface of etcd a Patroni before 3.0.3 writes its lock without comparing: a primary that stood still takes it back from the one that
    // took over, and what was acknowledged meanwhile is lost.
    [etcd.ETCD_API]: { hosts: etcd.ETCD_HOSTS.split(',') },
    bootstrap: {
      dcs: { ...AGREED, postgresql: { use_pg_rewind: true, parameters: PARAMETERS } },
      initdb: [{ encoding: 'UTF8' }, 'data-checksums', { locale: 'C' }],
    },
    postgresql: {
      listen: `${HOST}:${port}`,
      connect_address: `${HOST}:${port}`,
      data_dir: join(home, 'data'),
      bin_dir: binaries,
      pgpass: join(home, 'pgpass'),
      pg_hba: ['local all all trust', `host all all ${HOST}/32 trust`, `host replication all ${HOST}/32 trust`],
      parameters: { unix_socket_directories: home },
      authentication: { superuser: user('postgres'), replication: user('replicator'), rewind: user('rewinder') },
    },
    watchdog: { mode: 'off' },
  };
}

/** The Postgres that a Patroni runs is not its child: it is found by the number that it leaves in its folder. */
function serverPid(data) {
  const file = join(data, 'postmaster.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
  return pid > 1 && commandLineOf(pid)?.includes(data) ? pid : undefined;
}

async function node({ name, folder, port, restPort, etcd, command, binaries }) {
  const account = serverAccount();
  const { path: home } = prepareHome(folder, account);
  const data = join(home, 'data');
  const file = join(home, 'patroni.json');
  writeFileSync(file, JSON.stringify(configuration({ name, port, restPort, home, etcd, binaries }), undefined, 2));
  if (account) for (const path of [home, file]) chownSync(path, account.uid, account.gid);
  await stopOrphan(data);
  // When this process is gone, so is the server, whether or not its Patroni still was there.
  const callOff = onDeath(`pid=$(head -n 1 '${data}/postmaster.pid') && ps -o args= -p "$pid" | grep -qF '${data}' && kill -9 "$pid"`);
  const launch = { name, command, args: [file], folder, port, ready: () => is('health', { restPort }), readyLimitMs: READY_LIMIT_MS, stopLimitMs: 30_000 };
  const patroni = await startNode({ ...launch, options: { ...asAccount(account), cwd: '/' } });
  const both = (signal) => [patroni.isAlive() ? patroni.pid : undefined, serverPid(data)].forEach((pid) => pid && signalAll(pid, signal));
  const killServer = () => both('SIGKILL');
  // A machine that is gone: the Patroni and its Postgres.
  const kill = resumedThen(both, patroni.kill, killServer);
  return Object.assign(patroni, {
    restPort,
    app: 'patroni',
    stop: resumedThen(both, patroni.stop, () => (killServer(), callOff())),
    kill,
    // And its disk with it: what it is started on next is a copy of the primary of then.
    destroy: async () => {
      await kill();
      await stopOrphan(data);
      rmSync(data, { recursive: true, force: true });
    },
    pause: () => both('SIGSTOP'),
    resume: () => both('SIGCONT'),
    restart: async () => {
      await patroni.kill();
      await patroni.start();
    },
  });
}

/** What stands still can't end; what remains of it is ended, too. */
function resumedThen(both, end, after) {
  return async () => {
    both('SIGCONT');
    await end();
    after();
  };
}

async function until(what, condition) {
  const deadline = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`Patroni: there was no ${what} within ${READY_LIMIT_MS} ms.`);
    await delay(100);
  }
}

async function whichIs(what, nodes) {
  for (const each of nodes) if (await is(what, each)) return each;
  return undefined;
}

/**
 * Starts two servers that agree by the etcd that the settings `etcd` lead to on who is the primary. Resolves once the other one is its synchronous standby, and the `databases`
 * are there. `urlOf(database)` of what it resolves with names both; `settings.PATRONI_HOSTS` is where each Patroni says what its server is.
 */
export async function start({ folder, etcd, databases = [], takePort = freePort }) {
  await provision();
  const found = find();
  const places = [];
  for (const name of ['postgres-1', 'postgres-2']) {
    mkdirSync(join(folder, name), { recursive: true });
    places.push({ name, folder: join(folder, name), port: await takePort(), restPort: await takePort(), etcd, ...found });
  }
  const started = await Promise.allSettled(places.map(node));
  const nodes = started.flatMap(({ value }) => value ?? []);
  const stop = async () => {
    for (const each of nodes) await each.stop();
  };
  try {
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    const primary = await until('primary', () => whichIs('primary', nodes));
    await until('synchronous standby', () => whichIs('synchronous', nodes));
    for (const database of databases) await makeDatabase(primary.port, database);
  } catch (error) {
    await stop();
    throw error;
  }
  const hosts = nodes.map(({ port }) => `${HOST}:${port}`).join(',');
  const settings = { PATRONI_HOSTS: nodes.map(({ restPort }) => `${HOST}:${restPort}`).join(',') };
  return { name: 'patroni', nodes, settings, urlOf: (database) => `postgres://postgres:postgres@${hosts}/${database}`, stop };
}
