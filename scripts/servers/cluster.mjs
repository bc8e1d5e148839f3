// The whole cluster on one machine: real servers, the apps as separate processes, NGINX in front. Needs a build.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { start as startApp } from './app.mjs';
import { makeClocks } from './clocks.mjs';
import { provision as provisionEtcd, start as startEtcd } from './etcd.mjs';
import { farAddress, startFarNetwork } from './far-network.mjs';
import { provision as provisionKafka, start as startKafka } from './kafka.mjs';
import { provision as provisionNginx, start as startNginx } from './nginx.mjs';
import { provision as provisionPatroni, start as startPatroni } from './patroni.mjs';
import { start as startPostgres, urlOf } from './postgres.mjs';
import { provision as provisionRedis, start as startRedis } from './redis.mjs';
import { provision as provisionS3, start as startS3 } from './s3.mjs';
import { freePort } from './server.mjs';

/** What an app is given where nothing else was said. */
const DEFAULTS = {
  INTERNAL_SECRET: 'the-secret-of-a-cluster-on-one-machine',
  TRUSTED_PROXIES: 'loopback',
  DRAIN_MS: '1000',
  LOG_LEVEL: 'warn',
};
/** Servers of somebody else's are used where these settings name them. */
const REDIS_SETTINGS = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'];

function isGiven(env, ...names) {
  return names.some((name) => env[name] || env[`${name}_FILE`]);
}

/** Rejects with the first failure, once everything that was begun has settled: what did start is kept by then. */
async function together(starts) {
  const settled = await Promise.allSettled(starts);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map(({ value }) => value);
}

/** What runs, in the order of its start; the last one is stopped first, those of one step together. */
class Running {
  nodes = [];
  #steps = [];
  #tell;

  /** `tell` hears of each process that is ready. */
  constructor(tell) {
    this.#tell = tell;
  }

  step() {
    this.#steps.unshift([]);
  }

  /** Keeps what starts as `app`, and resolves with it. */
  async keep(app, starting) {
    const servers = await starting;
    this.#steps[0].push(servers);
    const nodes = servers.nodes ?? [servers];
    for (const node of nodes) {
      node.app ??= app;
      this.nodes.push(node);
      this.#tell(node);
    }
    return servers;
  }

  async stop() {
    for (const step of this.#steps) await Promise.all(step.map((servers) => servers.stop()));
  }
}

/** From the door inwards. */
function sorted(nodes) {
  const order = ['nginx', 'gateway', 'chat', 'presence', 'analytics', 'storage', 'worker'];
  const rank = ({ app }) => (order.indexOf(app) + order.length + 1) % (order.length + 1);
  return nodes.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, 'en', { numeric: true }));
}

function place(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const DATABASES = ['chat', 'a', 'b'];

/** `replicasOf` answers the URLs of those that stream from a database: of servers that replace each other all of them, whichever is the primary. */
function databaseSettings(at, replicasOf) {
  const shards = Object.fromEntries(['a', 'b'].map((name) => [name, { url: at(name), replicas: replicasOf(name) }]));
  return { DATABASE_URL: at('chat'), DATABASE_REPLICA_URLS: JSON.stringify(replicasOf('chat')), SHARD_DATABASES: JSON.stringify(shards) };
}

/** The directory and two databases with rooms on a pair of servers that replace each other. */
async function startPair(running, { folder, ports }) {
  const etcd = await running.keep('etcd', startEtcd({ folder: place(folder, 'etcd'), takePort: ports('etcd') }));
  running.step();
  const options = { folder: place(folder, 'postgres'), etcd: etcd.settings, databases: DATABASES, takePort: ports('patroni') };
  const { urlOf: at, nodes, settings } = await running.keep('patroni', startPatroni(options));
  return { settings: { ...settings, ...databaseSettings(at, (database) => nodes.map(({ port }) => urlOf(port, database))) } };
}

/** The directory and two databases with rooms: on one primary with a standby, or `apart`, each on a server of its own. */
async function startDatabases(running, { folder, apart, ports }) {
  const takePort = ports('postgres');
  const serverOf = (database) => (apart && database !== 'chat' ? `postgres-${database}` : 'postgres');
  const servers = [...new Set(DATABASES.map(serverOf))];
  const started = await together(
    servers.map((name) => {
      const databases = DATABASES.filter((database) => serverOf(database) === name);
      return running.keep('postgres', startPostgres({ folder: place(folder, 'postgres'), name, standbys: apart ? 0 : 1, databases, takePort }));
    }),
  );
  const nodesOf = (database) => started[servers.indexOf(serverOf(database))].nodes;
  const at = (database) => urlOf(nodesOf(database)[0].port, database);
  const replicasOf = (database) =>
    nodesOf(database)
      .slice(1)
      .map(({ port }) => urlOf(port, database));
  return { settings: databaseSettings(at, replicasOf) };
}

function startServers(running, { folder, apart, ha, ports, env, far }) {
  running.step();
  const farAddresses = far.map((_, index) => farAddress(index));
  const kafka = () => running.keep('kafka', startKafka({ folder: place(folder, 'kafka'), nodes: ha ? 3 : 1, takePort: ports('kafka'), farAddresses }));
  const topology = ha ? 'sentinel' : 'single';
  const redis = () => running.keep('redis', startRedis({ folder: place(folder, 'redis'), topology, persistent: true, takePort: ports('redis') }));
  const databases = ha ? startPair : startDatabases;
  return together([
    isGiven(env, 'KAFKA_BROKERS') ? {} : kafka(),
    isGiven(env, ...REDIS_SETTINGS) ? {} : redis(),
    isGiven(env, 'DATABASE_URL') ? {} : databases(running, { folder, apart, ports }),
    isGiven(env, 'S3_BUCKET') ? {} : running.keep('s3', startS3({ folder: place(folder, 's3'), takePort: ports('s3') })),
  ]);
}

/** Makes sure that all servers can be had. Rejects with a line for each that cannot, which says what to do. */
export async function provision({ ha = false, env = {} } = {}) {
  const unlessGiven = (names, ...provisions) => (isGiven(env, ...names) ? [] : provisions);
  const needed = [
    ...unlessGiven(['KAFKA_BROKERS'], provisionKafka),
    ...unlessGiven(REDIS_SETTINGS, provisionRedis),
    ...(ha ? unlessGiven(['DATABASE_URL'], provisionEtcd, provisionPatroni) : []),
    ...unlessGiven(['S3_BUCKET'], provisionS3),
    provisionNginx,
  ];
  const failures = [];
  for (const each of needed) await each().catch((error) => failures.push(error.message));
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

function processesOf({ gateways, chats }) {
  const counts = { gateway: gateways, chat: chats, presence: 1, analytics: 1, storage: 1, worker: 1 };
  return Object.entries(counts).flatMap(([app, count]) => Array.from({ length: count }, (_, index) => ({ app, name: `${app}-${index + 1}` })));
}

/** Chat first: it brings the databases' schema, and the others ask it from the beginning. */
async function startApps(running, { folder, gateways, chats, ports, envOf, nodeArguments }) {
  running.step();
  const wanted = processesOf({ gateways, chats });
  const started = [];
  for (const wave of [wanted.filter(({ app }) => app === 'chat'), wanted.filter(({ app }) => app !== 'chat')]) {
    const starts = wave.map(async ({ app, name }) => {
      const takePort = ports(name);
      const [port, internalPort] = [await takePort(), await takePort()];
      return running.keep(app, startApp({ name, app, folder, port, internalPort, env: await envOf(name, internalPort), nodeArguments }));
    });
    started.push(...(await together(starts)));
  }
  return started.filter(({ app }) => app === 'gateway').map(({ port }) => port);
}

/** The network between the processes of `far` and everything else; without such processes there is none. */
async function startNetwork(running, servers, settings, { far, folder, ports }) {
  if (far.length === 0) return undefined;
  running.step();
  const kafkaPorts = servers.find(({ farPorts }) => farPorts)?.farPorts ?? [];
  const options = { far, nodes: running.nodes, kafkaPorts, settings, folder: place(folder, 'toxiproxy'), port: await ports('toxiproxy')() };
  return running.keep('toxiproxy', startFarNetwork(options));
}

const OPTIONS = {
  port: undefined,
  host: '127.0.0.1',
  publicUrl: undefined,
  gateways: 2,
  chats: 2,
  env: {},
  apart: false,
  ha: false,
  far: [],
  clocks: [],
  ports: () => freePort,
  onStarted: () => undefined,
};

async function startAll(running, options) {
  const { port = await freePort(), ha, env, host } = options;
  const { publicUrl: entry = `http://127.0.0.1:${port}` } = options;
  const servers = await startServers(running, options);
  const settings = Object.assign({ KAFKA_REPLICATION_FACTOR: ha ? '3' : '1', PUBLIC_URL: entry }, ...servers.map((each) => each.settings));
  const network = await startNetwork(running, servers, settings, options);
  const clocks = await makeClocks(options.clocks, join(options.folder, 'clocks'));
  const envOf = async (name, internalPort) => {
    await network?.open(name, internalPort);
    const own = { ...network?.envOf(name), ...clocks.envOf(name) };
    return { ...process.env, ...DEFAULTS, ...settings, ...env, ...own, PROFILE: 'cluster', HOST: '127.0.0.1' };
  };
  const doors = await startApps(running, { ...options, envOf });
  running.step();
  await running.keep('nginx', startNginx({ folder: options.folder, port, host, gateways: doors }));
  return { ...settings, ...network?.settings, ...clocks.settings, ENTRY: entry, GATEWAYS: doors.map((at) => `http://127.0.0.1:${at}`).join(',') };
}

/**
 * Starts everything in `folder`, `gateways` and `chats` many of these. `env` is added to the environment of the apps: servers that it names
 * (`KAFKA_BROKERS`, `REDIS_URL`, `DATABASE_URL`, `S3_BUCKET`) are used instead of own ones. `nodeArguments` are for the Node of each app. `apart` puts each database on a
 * server of its own (`postgres`, `postgres-a`, `postgres-b`); `ha` starts three brokers, Patroni with etcd, and Sentinels. `far` names processes between which
 * and everything else lies a network that can be disturbed (Toxiproxy, `settings.TOXIPROXY_URL`), `clocks` those whose clocks can be set (by the files of
 * `settings.CLOCKS`). `ports` answers, for what a kind of server is called, with what gives its next port. `onStarted` hears of each process that is ready.
 * Resolves with `nodes`, all processes by name (`nginx`, `gateway-1`, `chat-1`, ..., `kafka-1`, `redis`, `postgres`, `postgres-standby-1`), and `settings`,
 * of which `ENTRY` is the address for clients and `GATEWAYS` those of the gateways.
 */
export async function start(given) {
  const options = { ...OPTIONS, ...given };
  const running = new Running(options.onStarted);
  mkdirSync(options.folder, { recursive: true });
  // The account that Postgres runs as has to pass through.
  chmodSync(options.folder, 0o755);
  try {
    const settings = await startAll(running, options);
    return { nodes: sorted(running.nodes), settings, stop: () => running.stop() };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
