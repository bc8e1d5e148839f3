import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { type RedisSettings } from './redis-settings';

/**
 * What a connection is for. `prompt`: its commands fail at once while Redis is away, and are never sent twice. `patient`: commands wait until
 * Redis is back. `blocking`: as patient, and a command may take as long as it likes.
 */
export type RedisClientKind = 'prompt' | 'patient' | 'blocking';

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;
const SLOTS_REFRESH_MS = 2_000;

/** For ever, doubling up to 1 s. */
export function retryDelayMs(times: number): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(times - 1, 10));
}

/** What each connection to a server needs, wherever it is. */
export function connectionOptions({ username, password, tls, connectTimeoutMs }: RedisSettings): RedisOptions {
  return {
    connectTimeout: connectTimeoutMs,
    disableClientInfo: true,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined
      ? {}
      : { tls: { ...(tls.ca === undefined ? {} : { ca: tls.ca }), ...(tls.serverName === undefined ? {} : { servername: tls.serverName }) } }),
  };
}

/** Where to connect, for everything but a Cluster. */
export function placeOptions({ topology, tls, connectTimeoutMs }: RedisSettings): RedisOptions {
  switch (topology.kind) {
    case 'single':
      return { ...topology.address, db: topology.database };
    case 'sentinel':
      return {
        sentinels: [...topology.sentinels],
        name: topology.masterName,
        db: topology.database,
        sentinelRetryStrategy: retryDelayMs,
        sentinelCommandTimeout: connectTimeoutMs,
        enableTLSForSentinelMode: tls !== undefined,
        ...(topology.sentinelPassword === undefined ? {} : { sentinelPassword: topology.sentinelPassword }),
        ...(tls === undefined ? {} : { sentinelTLS: connectionOptions({ topology, tls, connectTimeoutMs } as RedisSettings).tls }),
      };
    case 'cluster':
      throw new Error('A Cluster has many places');
  }
}

/** A blocking command that finds nothing comes back after 5 s; a connection that is silent for longer is dead. */
const SILENCE_LIMIT_MS = 15_000;

/** After a failover a connection may have ended up at a replica: the next one asks again where the master is. */
const isReadOnly = (error: Error): boolean => error.message.startsWith('READONLY');

function behaviour(kind: RedisClientKind, { commandTimeoutMs }: RedisSettings): RedisOptions {
  switch (kind) {
    case 'prompt':
      return {
        enableOfflineQueue: false,
        autoResendUnfulfilledCommands: false,
        maxRetriesPerRequest: 0,
        commandTimeout: commandTimeoutMs,
        reconnectOnError: isReadOnly,
      };
    case 'patient':
      return { maxRetriesPerRequest: null, reconnectOnError: (error) => (isReadOnly(error) ? 2 : false) };
    case 'blocking':
      return {
        maxRetriesPerRequest: null,
        enableReadyCheck: false,
        socketTimeout: SILENCE_LIMIT_MS,
        reconnectOnError: (error) => (isReadOnly(error) ? 2 : false),
      };
  }
}

function clusterOptions(kind: RedisClientKind, settings: RedisSettings): ClusterOptions {
  const isPrompt = kind === 'prompt';
  const { enableOfflineQueue: _, ...rest } = behaviour(kind, settings);
  return {
    enableOfflineQueue: !isPrompt,
    clusterRetryStrategy: retryDelayMs,
    slotsRefreshTimeout: settings.connectTimeoutMs,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // A command whose connection broke may have been done: sending it again would do it twice.
    ...(isPrompt ? { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 } : {}),
    // Certificates are checked against the name that was given, not the address it was found at.
    ...(settings.tls === undefined ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
    redisOptions: { ...connectionOptions(settings), ...rest },
  };
}

/** Opens a connection that comes back by itself for ever, capped back-off in between. Never rejects: until Redis is there, it is away. */
export function openRedisClient(settings: RedisSettings, kind: RedisClientKind): Redis | Cluster {
  const client = openSilently(settings, kind);
  // Unheard, the event would end the process; the state tells the same, and failing commands do.
  client.on('error', () => undefined);
  return client;
}

function openSilently(settings: RedisSettings, kind: RedisClientKind): Redis | Cluster {
  if (settings.topology.kind !== 'cluster') {
    const client = new Redis({ ...connectionOptions(settings), ...placeOptions(settings), ...behaviour(kind, settings), retryStrategy: retryDelayMs });
    endSilenceWithConnection(client);
    return client;
  }
  const cluster = new Cluster([...settings.topology.nodes], clusterOptions(kind, settings));
  // Otherwise the first commands to a node would meet a connection that is just being made.
  cluster.on('+node', (node: Redis) => {
    endSilenceWithConnection(node);
    node.connect().catch(() => undefined);
  });
  return cluster;
}

/**
 * ioredis stops its watch over a silent connection only when data comes. Left alone, the watch over one that broke would later end the next
 * connection, which is well, and would keep a process from exiting.
 */
function endSilenceWithConnection(client: Redis): void {
  const watched = client as unknown as { socketTimeoutTimer: NodeJS.Timeout | undefined };
  client.on('close', () => {
    clearTimeout(watched.socketTimeoutTimer);
    watched.socketTimeoutTimer = undefined;
  });
}
