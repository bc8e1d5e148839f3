// Stops what contract-setup.mjs started and removes its files.
import { rm } from 'node:fs/promises';
import stopPostgres from './global-teardown.mjs';

async function stopRedis() {
  const started = globalThis.testRedis;
  if (started === undefined) return;
  delete globalThis.testRedis;
  await Promise.all(started.servers.map((each) => each.stop()));
  await rm(started.folder, { recursive: true, force: true });
}

async function stopKafka() {
  const started = globalThis.testKafka;
  if (started === undefined) return;
  delete globalThis.testKafka;
  await started.server.stop();
  await rm(started.folder, { recursive: true, force: true });
}

export default async function teardown() {
  await Promise.all([stopPostgres(), stopRedis(), stopKafka()]);
}
