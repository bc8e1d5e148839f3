// Stops the Postgres that global-setup.mjs started and removes its files.
import { rm } from 'node:fs/promises';

export default async function teardown() {
  const started = globalThis.testPostgres;
  if (started === undefined) return;
  delete globalThis.testPostgres;
  await started.server.stop();
  await rm(started.folder, { recursive: true, force: true });
}
