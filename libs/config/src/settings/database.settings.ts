import { z } from 'zod';
import { InvalidSetting, setting } from '../setting';
import { integer, json, parseUrl } from '../setting-kinds';

const EXAMPLE = 'postgres://user:password@host:5432/name';

/** A URL that may list several hosts, each of which must make a URL. */
function parsePostgresUrl(text: string): string {
  const parts = /^([a-z]+:\/\/(?:[^/]*@)?)([^/?]*)(.*)$/.exec(text);
  if (parts === null) throw new InvalidSetting(`must be a URL such as ${EXAMPLE}`);
  const [, start = '', hosts = '', rest = ''] = parts;
  for (const host of hosts.split(',')) parseUrl(`${start}${host}${rest}`, ['postgres:', 'postgresql:'], EXAMPLE);
  return text;
}

function isPostgresUrl(text: string): boolean {
  try {
    parsePostgresUrl(text);
    return true;
  } catch {
    return false;
  }
}

const postgresUrl = z.string().refine(isPostgresUrl, { message: `must be a URL such as ${EXAMPLE}` });

/** Where a database that holds shards is. */
export interface ShardPlace {
  /** May list several hosts, of which the primary is found. */
  readonly url: string;
  /** Its replicas, one host each. */
  readonly replicas?: readonly string[] | undefined;
}

/** The database and its connections. */
export const databaseSettings = z.object({
  DATABASE_URL: setting<string | undefined>({
    description:
      'A Postgres (15 or newer) to use instead of the embedded one. May list several hosts, `postgres://user:password@one:5432,two:5432/name`: the primary among them is found and followed.',
    fallback: undefined,
    defaultText: 'the embedded Postgres under DATA_DIR',
    secret: true,
    parse: parsePostgresUrl,
  }),
  SHARD_DATABASES: json<Readonly<Record<string, ShardPlace>>>({
    description:
      'Databases that hold rooms, by the names that the shard map uses: `{"a":{"url":"postgres://user:password@one:5432,two:5432/a","replicas":["postgres://user:password@three:5432/a"]}}`. Without any, `DATABASE_URL` holds all, under the name `main`. At installation the partitions are dealt out among them.',
    fallback: {},
    defaultText: '{}',
    secret: true,
    schema: z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/), z.strictObject({ url: postgresUrl, replicas: z.array(postgresUrl).max(16).optional() })),
  }),
  DATABASE_REPLICA_URLS: json<readonly string[]>({
    description:
      'Replicas of `DATABASE_URL` in a JSON array, one host each: `["postgres://user:password@three:5432/name"]`. They answer reads of rooms that say how far the room has to be there; one that is behind or away is passed by.',
    fallback: [],
    defaultText: '[]',
    secret: true,
    schema: z.array(postgresUrl).max(16),
  }),
  DATABASE_POOL_SIZE: integer({
    description: 'How many connections the process opens at most to one database.',
    unit: 'connections',
    fallback: 16,
    min: 4,
    max: 200,
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: integer({
    description: 'After how long the server cancels a statement; 0 never does.',
    unit: 'ms',
    fallback: 30_000,
    min: 0,
    max: 3_600_000,
  }),
  DATABASE_CONNECT_TIMEOUT_MS: integer({
    description: 'How long a statement waits for a free connection before it fails.',
    unit: 'ms',
    fallback: 5_000,
    min: 100,
    max: 60_000,
  }),
});
