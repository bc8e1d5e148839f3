import { resolve } from 'node:path';
import { z } from 'zod';
import { InvalidSetting, setting } from '../setting';
import { choice, integer } from '../setting-kinds';

/** Which adapters a process runs on. */
export type Profile = 'standalone' | 'cluster';

/** The process as a whole: profile, files, log. */
export const processSettings = z.object({
  PROFILE: choice({
    description:
      'Which adapters the process runs on: `standalone` is everything in one process and needs nothing else, `cluster` is one of many processes on Kafka, Redis and Postgres.',
    fallback: 'standalone',
    words: ['standalone', 'cluster'],
  }),
  DATA_DIR: setting({
    description: 'Where the standalone keeps its database and files. Relative paths start at the working directory. One process at a time.',
    fallback: resolve('.data'),
    defaultText: '.data',
    parse: (text) => {
      if (text.includes('\0')) throw new InvalidSetting('must be a path');
      return resolve(text);
    },
  }),
  LOG_LEVEL: choice({
    description: 'The least severe log lines to write.',
    fallback: 'info',
    words: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
  }),
  PARTITIONS: integer({
    description:
      'How many partitions (logical shards) the installation has. Fixed when the database is installed: a process configured otherwise refuses to start.',
    unit: 'partitions',
    fallback: 64,
    min: 1,
    max: 4096,
  }),
});
