// The whole cluster on one machine: real servers, the apps as separate processes, NGINX in front. Needs a build.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { start as startApp } from './app.mjs';
import { start as startKafka } from './kafka.mjs';
import { start as startNginx } from './nginx.mjs';
import { start as startPostgres, urlOf } from './postgres.mjs';
import { start as startRedis } from './redis.mjs';
import { freePort } from './server.mjs';

const SECRET = 'the-secret-of-a-cluster-on-one-machine';

function place(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Rejects with the first failure, once everything that was begun has settled: what did start is in `started` then. */
async function together(starts) {
  const settled = await Promise.allSettled(starts);
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map(({ value }) => value);
}

const nodesOf = (servers) => servers.nodes ?? [servers];

/** The directory and two databases with rooms: on one primary with a standby, or `apart`, each on a server of its own. */
async function startDatabases(folder, apart, kept) {
  const names = ['chat', 'a', 'b'];
  const serverOf = (database) => (apart && database !== 'chat' ? `postgres-${database}` : 'postgres');
  const servers = [...new Set(names.map(serverOf))];
  const started = await together(
    servers.map((name) => {
      const databases = names.filter((database) => serverOf(database) === name);
      return kept(startPostgres({ folder: place(folder, 'postgres'), name, standbys: apart ? 0 : 1, databases }));
    }),
  );
  const at = (database) => urlOf(started[servers.indexOf(serverOf(database))].port, database);
  return { DATABASE_URL: at('chat'), SHARD_DATABASES: JSON.stringify({ a: { url: at('a') }, b: { url: at('b') } }) };
}

async function startServers(folder, apart, keep) {
  const kept = (starting) => starting.then((servers) => (keep(servers), servers));
  const [kafka, redis, databases] = await together([
    kept(startKafka({ folder: place(folder, 'kafka') })),
    kept(startRedis({ folder: place(folder, 'redis'), persistent: true })),
    startDatabases(folder, apart, kept),
  ]);
  return { ...kafka.settings, KAFKA_REPLICATION_FACTOR: '1', ...redis.settings, ...databases };
}

function processesOf({ gateways, chats }) {
  const counts = { chat: chats, presence: 1, analytics: 1, gateway: gateways };
  return Object.entries(counts).flatMap(([app, count]) => Array.from({ length: count }, (_, index) => ({ app, name: `${app}-${index + 1}` })));
}

/**
 * Starts everything. `env` is added to the environment of the apps; `apart` puts each database on a server of its own (`postgres`, `postgres-a`,
 * `postgres-b`). `nodes` of what it resolves with are all processes by name (`gateway-1`, `chat-1`, ...,
 * `kafka-1`, `redis`, `postgres`, `postgres-standby-1`, `nginx`), `settings.ENTRY` the address for clients.
 */
export async function start({ folder, port, gateways = 2, chats = 2, env = {}, apart = false }) {
  const started = [];
  const keep = (servers) => started.unshift(servers);
  const stop = async () => {
    for (const servers of started) await servers.stop();
  };
  // The account that Postgres runs as has to pass through.
  chmodSync(folder, 0o755);
  try {
    const entryPort = port ?? (await freePort());
    const entry = `http://127.0.0.1:${entryPort}`;
    const settings = await startServers(folder, apart, keep);
    const own = { PROFILE: 'cluster', INTERNAL_SECRET: SECRET, PUBLIC_URL: entry, TRUSTED_PROXIES: 'loopback', DRAIN_MS: '1000', LOG_LEVEL: 'warn' };
    const appEnv = { ...process.env, ...own, ...settings, ...env };
    const wanted = processesOf({ gateways, chats });
    const apps = await together(wanted.map((each) => startApp({ ...each, folder, env: appEnv }).then((node) => (keep(node), node))));
    const doors = apps.filter(({ app }) => app === 'gateway').map((node) => node.port);
    keep(await startNginx({ folder, port: entryPort, gateways: doors }));
    const addresses = { ENTRY: entry, GATEWAYS: doors.map((at) => `http://127.0.0.1:${at}`).join(',') };
    return { nodes: started.flatMap(nodesOf), settings: { ...settings, ...addresses }, stop };
  } catch (error) {
    await Promise.all(started.map((servers) => servers.stop()));
    throw error;
  }
}
