// The whole cluster on one machine: real servers, the apps as separate processes, NGINX in front. Needs a build.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { start as startApp } from './app.mjs';
import { start as startKafka } from './kafka.mjs';
import { start as startNginx } from './nginx.mjs';
import { start as startPostgres, urlOf } from './postgres.mjs';
import { start as startRedis } from './redis.mjs';
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
  const order = ['nginx', 'gateway', 'chat', 'presence', 'analytics'];
  const rank = ({ app }) => (order.indexOf(app) + order.length + 1) % (order.length + 1);
  return nodes.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, 'en', { numeric: true }));
}

function place(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** The directory and two databases with rooms: on one primary with a standby, or `apart`, each on a server of its own. */
async function startDatabases(running, { folder, apart, ports }) {
  const names = ['chat', 'a', 'b'];
  const takePort = ports('postgres');
  const serverOf = (database) => (apart && database !== 'chat' ? `postgres-${database}` : 'postgres');
  const servers = [...new Set(names.map(serverOf))];
  const started = await together(
    servers.map((name) => {
      const databases = names.filter((database) => serverOf(database) === name);
      return running.keep('postgres', startPostgres({ folder: place(folder, 'postgres'), name, standbys: apart ? 0 : 1, databases, takePort }));
    }),
  );
  const at = (database) => urlOf(started[servers.indexOf(serverOf(database))].port, database);
  return { settings: { DATABASE_URL: at('chat'), SHARD_DATABASES: JSON.stringify({ a: { url: at('a') }, b: { url: at('b') } }) } };
}

function startServers(running, { folder, apart, ports, env }) {
  running.step();
  const kafka = () => running.keep('kafka', startKafka({ folder: place(folder, 'kafka'), takePort: ports('kafka') }));
  const redis = () => running.keep('redis', startRedis({ folder: place(folder, 'redis'), persistent: true, takePort: ports('redis') }));
  return together([
    isGiven(env, 'KAFKA_BROKERS') ? {} : kafka(),
    isGiven(env, ...REDIS_SETTINGS) ? {} : redis(),
    isGiven(env, 'DATABASE_URL') ? {} : startDatabases(running, { folder, apart, ports }),
  ]);
}

function processesOf({ gateways, chats }) {
  const counts = { gateway: gateways, chat: chats, presence: 1, analytics: 1 };
  return Object.entries(counts).flatMap(([app, count]) => Array.from({ length: count }, (_, index) => ({ app, name: `${app}-${index + 1}` })));
}

/** Chat first: it brings the databases' schema, and the others ask it from the beginning. */
async function startApps(running, { folder, gateways, chats, ports, env }) {
  running.step();
  const wanted = processesOf({ gateways, chats });
  const started = [];
  for (const wave of [wanted.filter(({ app }) => app === 'chat'), wanted.filter(({ app }) => app !== 'chat')]) {
    const starts = wave.map(async ({ app, name }) => {
      const takePort = ports(name);
      return running.keep(app, startApp({ name, app, folder, port: await takePort(), internalPort: await takePort(), env }));
    });
    started.push(...(await together(starts)));
  }
  return started.filter(({ app }) => app === 'gateway').map(({ port }) => port);
}

/**
 * Starts everything. `env` is added to the environment of the apps: servers that it names (`KAFKA_BROKERS`, `REDIS_URL`, `DATABASE_URL`) are used instead of
 * own ones. `apart` puts each database on a server of its own (`postgres`, `postgres-a`, `postgres-b`). `ports` gives for what each kind of server is
 * called what answers its next port. `onStarted` hears of each process that is ready. `nodes` of what it resolves with are all processes by name (`kafka-1`, `redis`, `postgres`, `postgres-standby-1`,
 * `gateway-1`, `chat-1`, ..., `nginx`), `settings.ENTRY` is the address for clients.
 */
export async function start({
  folder,
  port,
  host,
  publicUrl,
  gateways = 2,
  chats = 2,
  env = {},
  apart = false,
  ports = () => freePort,
  onStarted = () => undefined,
}) {
  const running = new Running(onStarted);
  mkdirSync(folder, { recursive: true });
  // The account that Postgres runs as has to pass through.
  chmodSync(folder, 0o755);
  try {
    const entryPort = port ?? (await freePort());
    const entry = publicUrl ?? `http://127.0.0.1:${entryPort}`;
    const servers = await startServers(running, { folder, apart, ports, env });
    const settings = Object.assign({ KAFKA_REPLICATION_FACTOR: '1', PUBLIC_URL: entry }, ...servers.map((each) => each.settings));
    const appEnv = { ...process.env, ...DEFAULTS, ...settings, ...env, PROFILE: 'cluster', HOST: '127.0.0.1' };
    const doors = await startApps(running, { folder, gateways, chats, ports, env: appEnv });
    running.step();
    await running.keep('nginx', startNginx({ folder, port: entryPort, host, gateways: doors }));
    const addresses = { ENTRY: entry, GATEWAYS: doors.map((at) => `http://127.0.0.1:${at}`).join(',') };
    return { nodes: sorted(running.nodes), settings: { ...settings, ...addresses }, stop: () => running.stop() };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
