// The Postgres of the development loop: the embedded one in this process, so that it outlives restarts of the app; none if DATABASE_URL names a server.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { ROOT } from './swc.mjs';

const ADAPTER = join(ROOT, 'dist/libs/database/src/adapters/embedded/index.js');

/** Resolves with what the app's environment needs to find the server, and how to stop it. Needs a finished build. */
export async function startDevDatabase(log) {
  if (process.env.DATABASE_URL || !existsSync(ADAPTER)) return { env: {}, stop: async () => undefined };
  const { EmbeddedPostgres } = createRequire(import.meta.url)(ADAPTER);
  const server = await EmbeddedPostgres.start({ dataDir: resolve(ROOT, process.env.DATA_DIR || '.data'), log });
  return { env: { DATABASE_URL: server.url }, stop: () => server.stop() };
}
