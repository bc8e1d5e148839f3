// Starts what the end-to-end suite shares: the Postgres of global-setup.mjs, and with E2E_PROFILE=cluster a whole cluster, whose places TEST_CLUSTER tells.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../scripts/servers/cluster.mjs';
import startPostgres from './global-setup.mjs';

/** What tests that share it may ask for. */
const ENV = { RATE_LIMITS: 'off', MAX_CONNECTIONS_PER_USER: '1000', OPERATORS: 'olive' };

export default async function setup() {
  if (process.env.E2E_PROFILE !== 'cluster') return startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-e2e-cluster-'));
  const cluster = await start({ folder, env: ENV });
  globalThis.testCluster = { cluster, folder };
  const nodes = cluster.nodes.map(({ name, port, pid, log }) => ({ name, port, pid, log }));
  process.env.TEST_CLUSTER = JSON.stringify({ env: ENV, settings: cluster.settings, nodes });
}
