import { z } from 'zod';
import { setting } from '../setting';
import { integer, parseUrl } from '../setting-kinds';

/** The database and its connections. */
export const databaseSettings = z.object({
  DATABASE_URL: setting<string | undefined>({
    description: 'A Postgres (15 or newer) to use instead of the embedded one.',
    fallback: undefined,
    defaultText: 'the embedded Postgres under DATA_DIR',
    secret: true,
    parse: (text) => parseUrl(text, ['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/name'),
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
