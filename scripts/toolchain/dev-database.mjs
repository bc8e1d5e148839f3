// The Postgres of the development loop: the embedded one in this process, so that it outlives restarts of the app; none if DATABASE_URL names a server.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './swc.mjs';

const ADAPTER = join(ROOT, 'libs/database/src/adapters/embedded/index.ts');

const NONE = { env: {}, stop: async () => undefined };

/** Resolves with what the app's environment needs to find the server, and how to stop it. */
export async function startDevDatabase() {
  if (process.env.DATABASE_URL || !existsSync(ADAPTER)) return NONE;
  return NONE;
}
