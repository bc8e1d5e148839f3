// One process of an app of the system, as a server among the others: dist/apps/<app>/main.js on ports of its own.
import { join } from 'node:path';
import { ROOT } from '../toolchain/swc.mjs';
import { startNode } from './server.mjs';

const READY_LIMIT_MS = 60_000;

async function isReady(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200;
}

/** Starts the app `app` under `name`; ready once its probe says so. `env` is all of its environment but the ports. */
export function start({ name, app, folder, port, internalPort, env, nodeArguments = [] }) {
  return startNode({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', ...nodeArguments, join(ROOT, 'dist/apps', app, 'main.js')],
    folder: join(folder, name),
    port,
    ready: () => isReady(port),
    options: { env: { ...env, PORT: String(port), INTERNAL_PORT: String(internalPort) } },
    readyLimitMs: READY_LIMIT_MS,
    // Its drain, and what may take long at its end.
    stopLimitMs: 25_000,
  });
}
