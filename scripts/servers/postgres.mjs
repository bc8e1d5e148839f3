// Postgres for tests and for the cluster on one machine: a primary, and standbys that stream from it. The program is the one that npm installs.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { load } from '../toolchain/load-typescript.mjs';
import { childrenOf } from '../toolchain/processes.mjs';
import { freePort, startNode } from './server.mjs';

const EMBEDDED = './libs/database/src/adapters/embedded';
const { asAccount, serverAccount } = load(`${EMBEDDED}/server-account.ts`);
const { findBinaries } = load(`${EMBEDDED}/binaries.ts`);
const { stopOrphan } = load(`${EMBEDDED}/orphan.ts`);
const { serverParameters } = load(`${EMBEDDED}/server-settings.ts`);
const { makeOwnDirectory, prepareHome } = load(`${EMBEDDED}/server-home.ts`);

/** Beyond the embedded server's own: what streaming to standbys takes, and room for the connections of many processes. */
const SETTINGS = { max_connections: '400', wal_level: 'replica', hot_standby: 'on', max_wal_senders: '10', wal_keep_size: '512MB', wal_log_hints: 'on' };

/** Where a server that `start` started takes connections, for anybody on this machine. */
export function urlOf(port, database = 'postgres') {
  return `postgres://postgres:postgres@127.0.0.1:${port}/${database}`;
}

async function ask(port, sql) {
  const client = new pg.Client({ connectionString: urlOf(port), connectionTimeoutMillis: 2_000, query_timeout: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const answers = (port) =>
  ask(port, 'select 1').then(
    () => true,
    () => false,
  );

async function makePrimary(data, account) {
  const { initdb } = findBinaries(account);
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  await promisify(execFile)(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions', ...locale], {
    ...asAccount(account),
    cwd: '/',
  });
}

// The package ships no pg_basebackup: a backup is a copy of the files between two calls, with the label that the second one answers.
async function makeStandby(data, account, primary) {
  const client = new pg.Client({ connectionString: urlOf(primary.port) });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', true)`);
    cpSync(primary.data, data, { recursive: true, filter: (path) => !/postmaster\.(pid|opts)$|standby\.signal$/.test(path), verbatimSymlinks: true });
    const { rows } = await client.query('select labelfile from pg_backup_stop(false)');
    writeFileSync(join(data, 'backup_label'), rows[0].labelfile);
  } finally {
    await client.end();
  }
  await promisify(execFile)('chown', ['-R', `${account?.uid ?? process.getuid()}:${account?.gid ?? process.getgid()}`, data]);
}

/** Has a stopped server stream from a primary when it is started next. */
function follow(data, account, primary, name) {
  const signal = join(data, 'standby.signal');
  writeFileSync(signal, '');
  if (account) chownSync(signal, account.uid, account.gid);
  return { primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres application_name=${name}` };
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** To a server and the processes that serve its connections, each of which has a session of its own. The parent first: it makes no more. */
export function signalAll(pid, signal) {
  send(pid, signal);
  for (const child of childrenOf(pid)) send(child, signal);
}

function launchOf({ name, folder, port, data, primary, settings, account, postgres }) {
  const following = primary === undefined ? {} : follow(data, account, primary, name);
  return {
    name,
    command: postgres,
    args: serverParameters(data, port, { ...SETTINGS, ...following, ...settings }),
    folder,
    port,
    ready: () => answers(port),
    options: { ...asAccount(account), cwd: '/' },
    // A smart shutdown would wait for the connections of pools, which stay.
    stopSignal: 'SIGINT',
  };
}

/** One server whose data is in `folder`, made if it isn't there; with `primary` as a standby of that one. */
async function node({ name, folder, port, primary, settings }) {
  const account = serverAccount();
  const { postgres } = findBinaries(account);
  const { path: home } = prepareHome(folder, account);
  const data = join(home, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) {
    rmSync(data, { recursive: true, force: true });
    // Whoever is ended in the middle of it leaves nothing that looks complete.
    const draft = `${data}.part`;
    rmSync(draft, { recursive: true, force: true });
    makeOwnDirectory(draft, account);
    await (primary === undefined ? makePrimary(draft, account) : makeStandby(draft, account, primary));
    renameSync(draft, data);
  }
  // One that was killed may have left its number behind, and nobody may have buried it.
  await stopOrphan(data);
  const launch = launchOf({ name, folder, port, data, primary, settings, account, postgres });
  const running = await startNode(launch);
  const { stop, kill } = running;
  // What stands still can't end either.
  const resume = () => signalAll(running.pid, 'SIGCONT');
  const resumed = (end) => () => {
    resume();
    return end();
  };
  return Object.assign(running, {
    data,
    stop: resumed(stop),
    kill: resumed(kill),
    pause: () => signalAll(running.pid, 'SIGSTOP'),
    resume,
    /** Ends following: from now on it takes writes. */
    promote: () => ask(port, 'select pg_promote(true, 30)'),
  });
}

/**
 * Starts a primary and `standbys` servers that stream from it, the first on `port` if given. `settings` of what it resolves with lead there,
 * `nodes` are the servers, the primary first. Databases named in `databases` are made if they aren't there.
 */
export async function start({ folder, port, name = 'postgres', standbys = 0, databases = [], parameters = {}, takePort = freePort }) {
  const nodes = [];
  try {
    chmodSync(folder, 0o755);
    const primary = await node({ name, folder: join(folder, name), port: port ?? (await takePort()), settings: parameters });
    nodes.push(primary);
    for (const database of databases) await makeDatabase(primary.port, database);
    for (let index = 1; index <= standbys; index++) {
      const standby = `${name}-standby-${index}`;
      nodes.push(await node({ name: standby, folder: join(folder, standby), port: await takePort(), primary, settings: parameters }));
    }
  } catch (error) {
    await Promise.all(nodes.map((each) => each.kill()));
    throw error;
  }
  const stop = async () => {
    for (const each of nodes) await each.stop();
  };
  return { name, nodes, port: nodes[0].port, pid: nodes[0].pid, log: nodes[0].log, settings: { DATABASE_URL: urlOf(nodes[0].port) }, stop };
}

/** Makes a database on the primary at `port` if it isn't there. */
export async function makeDatabase(port, database) {
  const [found] = await ask(port, `select 1 from pg_database where datname = '${database}'`);
  if (found === undefined) await ask(port, `create database ${database}`);
}
