import { z } from 'zod';
import type { RedisConfig } from '../app-config';
import { InvalidSetting, setting } from '../setting';
import { choice, integer, parseUrl } from '../setting-kinds';

interface Address {
  readonly host: string;
  readonly port: number;
}

const WAYS = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'] as const;

function parseAddress(text: string): Address {
  const parsed = URL.canParse(`redis://${text}`) ? new URL(`redis://${text}`) : undefined;
  if (parsed?.host !== text || parsed.port === '') throw new InvalidSetting('must be addresses such as redis-1:6379,redis-2:6379');
  return { host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(parsed.port) };
}

function addresses(description: string): z.ZodType<readonly Address[], string | undefined> {
  return setting<readonly Address[]>({
    description,
    fallback: [],
    defaultText: 'none',
    parse: (text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map(parseAddress),
  });
}

function optional(description: string, secret = false): z.ZodType<string | undefined, string | undefined> {
  return setting<string | undefined>({ description, fallback: undefined, defaultText: 'none', secret, parse: (text) => text });
}

function parseRedisUrl(text: string): string {
  const url = parseUrl(text, ['redis:', 'rediss:'], 'redis://user:password@host:6379/0');
  if (!/^(\/\d*)?$/.test(new URL(url).pathname)) throw new InvalidSetting('must be a URL such as redis://user:password@host:6379/0');
  return url;
}

/** Where Redis is and how to reach it. */
export const redisSettings = z
  .object({
    REDIS_URL: setting<string | undefined>({
      description: 'One Redis server (7 or newer); `rediss://` encrypts. Or give `REDIS_SENTINELS` or `REDIS_CLUSTER_NODES`.',
      fallback: undefined,
      defaultText: 'none',
      secret: true,
      parse: parseRedisUrl,
    }),
    REDIS_SENTINELS: addresses('Sentinels that know the master, as `host:port` with commas between.'),
    REDIS_MASTER_NAME: setting({ description: 'What the Sentinels call the master.', fallback: 'mymaster', defaultText: 'mymaster', parse: (text) => text }),
    REDIS_SENTINEL_PASSWORD: optional('The password of the Sentinels themselves.', true),
    REDIS_CLUSTER_NODES: addresses('Some nodes of a Redis Cluster, as `host:port` with commas between; the others are found.'),
    REDIS_USERNAME: optional('The user to log in as, where there are several.'),
    REDIS_PASSWORD: optional('The password to log in with.', true),
    REDIS_DATABASE: integer({ description: 'The number of the database behind Sentinels.', fallback: 0, min: 0, max: 1_000 }),
    REDIS_TLS: choice({ description: 'Whether connections to Sentinels, their master or a Cluster are encrypted.', fallback: 'off', words: ['off', 'on'] }),
    REDIS_TLS_CA: optional('The authorities whose certificates are trusted instead of the well-known ones, in PEM.', true),
    REDIS_TLS_SERVER_NAME: optional("The name that the servers' certificates are made out to, where it isn't the host's."),
    REDIS_NAMESPACE: setting({
      description: 'What every key begins with, so that installations can share a Redis.',
      fallback: 'agent-chat',
      defaultText: 'agent-chat',
      parse: (text) => {
        if (!/^[\w.-]{1,50}$/.test(text)) throw new InvalidSetting('must be letters, digits, dots, dashes and underscores, at most 50');
        return text;
      },
    }),
    REDIS_CONNECT_TIMEOUT_MS: integer({ description: 'How long a connection may take to be made.', unit: 'ms', fallback: 3_000, min: 100, max: 60_000 }),
    REDIS_COMMAND_TIMEOUT_MS: integer({
      description: 'After how long a command without an answer counts as failed, and its connection is made anew.',
      unit: 'ms',
      fallback: 1_000,
      min: 50,
      max: 60_000,
    }),
  })
  .superRefine((values, context) => {
    const given = WAYS.filter((name) => values[name] !== undefined && values[name].length > 0);
    for (const name of given.slice(1)) context.addIssue({ code: 'custom', path: [name], message: `and ${given[0] ?? ''} are both given: keep one` });
  });

type Values = z.output<typeof redisSettings>;

/** What the settings say together; undefined where they name no Redis. */
export function toRedisConfig(values: Values): RedisConfig | undefined {
  const url = values.REDIS_URL === undefined ? undefined : new URL(values.REDIS_URL);
  const topology = topologyOf(values, url);
  if (topology === undefined) return undefined;
  const username = values.REDIS_USERNAME ?? decoded(url?.username);
  const password = values.REDIS_PASSWORD ?? decoded(url?.password);
  return {
    topology,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tlsOf(values, url),
    namespace: values.REDIS_NAMESPACE,
    connectTimeoutMs: values.REDIS_CONNECT_TIMEOUT_MS,
    commandTimeoutMs: values.REDIS_COMMAND_TIMEOUT_MS,
  };
}

function topologyOf(values: Values, url: URL | undefined): RedisConfig['topology'] | undefined {
  if (url !== undefined) {
    const address = { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || '6379') };
    return { kind: 'single', address, database: Number(url.pathname.slice(1)) };
  }
  if (values.REDIS_CLUSTER_NODES.length > 0) return { kind: 'cluster', nodes: values.REDIS_CLUSTER_NODES };
  if (values.REDIS_SENTINELS.length === 0) return undefined;
  return {
    kind: 'sentinel',
    sentinels: values.REDIS_SENTINELS,
    masterName: values.REDIS_MASTER_NAME,
    database: values.REDIS_DATABASE,
    ...(values.REDIS_SENTINEL_PASSWORD === undefined ? {} : { sentinelPassword: values.REDIS_SENTINEL_PASSWORD }),
  };
}

function tlsOf({ REDIS_TLS, REDIS_TLS_CA: ca, REDIS_TLS_SERVER_NAME: serverName }: Values, url: URL | undefined): Pick<RedisConfig, 'tls'> {
  if (url === undefined ? REDIS_TLS === 'off' : url.protocol !== 'rediss:') return {};
  return { tls: { ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { serverName }) } };
}

function decoded(part = ''): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part);
}
