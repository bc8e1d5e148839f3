// Stops what e2e-setup.mjs started and removes its files.
import { rm } from 'node:fs/promises';
import stopPostgres from './global-teardown.mjs';

export default async function teardown() {
  await stopPostgres();
  const started = globalThis.testCluster;
  if (started === undefined) return;
  delete globalThis.testCluster;
  await started.cluster.stop();
  await rm(started.folder, { recursive: true, force: true });
}
