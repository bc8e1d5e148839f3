// Real Redis servers: one, a master with replicas under three Sentinels, or a Cluster of three masters.
// As a program: node scripts/servers/redis.mjs [--sentinel | --cluster] [--port <first port>]; it prints the settings that lead there and runs until Ctrl-C.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { isDockerPreferred, launchWith, programOfImage } from './containers.mjs';
import { findProgram, installPackages, mayInstall } from './programs.mjs';
import { freePort, startNode } from './server.mjs';

const HOST = '127.0.0.1';
const MASTER_NAME = 'agent-chat';
const SLOTS = 16_384;
const LIMIT_MS = 30_000;

/** Makes sure there is a Redis server and resolves with its path, or with that of an image. Rejects with the command to run where it may not install one. */
export async function provision() {
  const found = isDockerPreferred() ? undefined : findProgram(['redis-server', 'valkey-server']);
  const program = found ?? (await programOfImage('redis:7.4-alpine', 'redis-server'));
  if (program) return program;
  if (!mayInstall()) {
    throw new Error(
      'No redis-server found. On Debian or Ubuntu run: sudo npm run provision (or: sudo apt-get install -y redis-server). On macOS: brew install redis. Anywhere: have Docker running.',
    );
  }
  await installPackages(['redis-server']);
  const installed = findProgram(['redis-server']);
  if (!installed) throw new Error('apt-get installed redis-server, but no redis-server is on the PATH.');
  return installed;
}

/** Sends one inline command to a server and resolves with its raw reply; undefined if it can't be reached. */
function ask(port, command) {
  return new Promise((done) => {
    const socket = connect({ port, host: HOST }, () => socket.write(`${command}\r\n`));
    const end = (reply) => {
      socket.destroy();
      done(reply);
    };
    socket.setTimeout(1_000, () => end(undefined));
    socket.once('data', (data) => end(data.toString())).once('error', () => end(undefined));
  });
}

async function must(port, command) {
  const reply = await ask(port, command);
  if (!reply?.startsWith('+OK')) throw new Error(`Redis on port ${port} answered ${reply} to: ${command}`);
}

async function until(what, condition) {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Redis: ${what} did not happen within ${LIMIT_MS} ms.`);
    await delay(50);
  }
}

/**
 * One server process that can be started again at the same place: `restart` after `kill` is a crash and a recovery.
 * `persistent` keeps what was written, as far as the operating system has it.
 */
async function node({ name, folder, takePort, port = undefined, persistent = false, parameters = [] }) {
  const at = port ?? (await takePort());
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const memory = ['--save', '', '--appendonly', persistent ? 'yes' : 'no'];
  const args = ['--port', String(at), '--bind', HOST, '--dir', home, ...(parameters.includes('--sentinel') ? [] : memory)];
  const launch = { name, folder: home, port: at, ready: async () => (await ask(at, 'PING'))?.startsWith('+PONG') };
  // A Sentinel's first parameter is its file.
  const order = parameters.includes('--sentinel') ? [...parameters, ...args] : [...args, ...parameters];
  return startNode(launchWith(await provision(), { ...launch, args: order }, folder));
}

/** What several servers are together: `settings` is what leads there. */
function setOf(name, nodes, settings) {
  const all = (verb) => () => Promise.all(nodes.map((each) => each[verb]()));
  const verbs = Object.fromEntries(['stop', 'kill', 'pause', 'resume'].map((verb) => [verb, all(verb)]));
  return { name, nodes, settings, port: nodes[0].port, pid: nodes[0].pid, log: nodes[0].log, ...verbs };
}

const addresses = (nodes) => nodes.map(({ port }) => `${HOST}:${port}`).join(',');

/** One server. */
async function startSingle({ started, folder, takePort, port, persistent }) {
  started.push(await node({ name: 'redis', folder, takePort, port, persistent }));
  return setOf('redis', started, { REDIS_URL: `redis://${addresses(started)}` });
}

/** A master, a replica or more, and three Sentinels that agree on a failover within a second or two. */
async function startSentinel({ started, folder, takePort, port, persistent, replicas = 1 }) {
  const eager = ['--repl-diskless-sync-delay', '0'];
  const master = await node({ name: 'redis-master', folder, takePort, port, persistent, parameters: eager });
  started.push(master);
  for (let index = 1; index <= replicas; index++) {
    started.push(await node({ name: `redis-replica-${index}`, folder, takePort, persistent, parameters: [...eager, '--replicaof', `${HOST} ${master.port}`] }));
  }
  const isFollowing = async () => (await ask(master.port, 'INFO replication'))?.split('state=online').length === replicas + 1;
  await until('replication', isFollowing);
  const sentinels = [];
  for (let index = 1; index <= 3; index++) sentinels.push(await node({ ...sentinelPlace(folder, index, master.port), takePort }));
  started.push(...sentinels);
  const knows = (reply) => reply?.includes('num-other-sentinels\r\n$1\r\n2') && reply.includes(`num-slaves\r\n$${String(replicas).length}\r\n${replicas}`);
  for (const { port: at } of sentinels) await until('the acquaintance of Sentinels', async () => knows(await ask(at, `SENTINEL MASTER ${MASTER_NAME}`)));
  return setOf('redis-sentinel', started, { REDIS_SENTINELS: addresses(sentinels), REDIS_MASTER_NAME: MASTER_NAME });
}

function sentinelPlace(folder, index, masterPort) {
  const file = join(folder, `sentinel-${index}.conf`);
  const about = [`down-after-milliseconds ${MASTER_NAME} 500`, `failover-timeout ${MASTER_NAME} 3000`, `parallel-syncs ${MASTER_NAME} 1`];
  writeFileSync(file, [`monitor ${MASTER_NAME} ${HOST} ${masterPort} 2`, ...about].map((line) => `sentinel ${line}\n`).join(''));
  return { name: `redis-sentinel-${index}`, folder, parameters: [file, '--sentinel'] };
}

/** Three masters that share the slots; the slots of one that is down are not served, the others are. */
async function startCluster({ started, folder, takePort, port, persistent, masters = 3 }) {
  const buses = [];
  for (let index = 0; index < masters; index++) {
    buses.push(await takePort());
    const parameters = ['--cluster-enabled', 'yes', '--cluster-port', String(buses[index])];
    parameters.push('--cluster-node-timeout', '1000', '--cluster-require-full-coverage', 'no');
    started.push(await node({ name: `node-${index + 1}`, folder, takePort, port: port === undefined ? undefined : port + index, persistent, parameters }));
  }
  for (const [index, { port: at }] of started.entries()) {
    const [from, next] = [index, index + 1].map((share) => Math.floor((share * SLOTS) / masters));
    await must(at, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
    await must(at, `CLUSTER ADDSLOTSRANGE ${from} ${next - 1}`);
    if (index > 0) await must(at, `CLUSTER MEET ${HOST} ${started[0].port} ${buses[0]}`);
  }
  const isWhole = (reply) =>
    reply?.includes('cluster_state:ok') && reply.includes(`cluster_slots_ok:${SLOTS}`) && reply.includes(`cluster_known_nodes:${masters}`);
  for (const { port: at } of started) await until('the making of a Cluster', async () => isWhole(await ask(at, 'CLUSTER INFO')));
  return setOf('redis-cluster', started, { REDIS_CLUSTER_NODES: addresses(started) });
}

const STARTS = { single: startSingle, sentinel: startSentinel, cluster: startCluster };

/**
 * Starts servers of a topology: `single` (the default), `sentinel` or `cluster`. `settings` of what it resolves with lead there. Ports that are not given
 * come from `takePort`.
 */
export async function start({ topology = 'single', takePort = freePort, ...options }) {
  const started = [];
  try {
    return await STARTS[topology]({ ...options, takePort, started });
  } catch (error) {
    await Promise.all(started.map((each) => each.kill()));
    throw error;
  }
}

async function main() {
  const words = process.argv.slice(2);
  const port = words.includes('--port') ? Number(words[words.indexOf('--port') + 1]) : undefined;
  const topology = Object.keys(STARTS).find((name) => words.includes(`--${name}`)) ?? 'single';
  const servers = await start({ topology, port, folder: mkdtempSync(join(tmpdir(), 'agent-chat-redis-')) });
  for (const [name, value] of Object.entries(servers.settings)) console.log(`${name}=${value}`);
  // Its servers keep no process awake.
  const awake = setInterval(() => undefined, 60_000);
  await new Promise((done) => ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((name) => process.once(name, done)));
  clearInterval(awake);
  await servers.stop();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
