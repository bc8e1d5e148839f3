// Waits until a process answers its readiness probe.
import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 20;

/** Resolves with true once `GET /api/health/ready` answers 200, with false if the process is gone before or `limitMs` have passed. */
export async function untilReady({ host, port, isAlive, limitMs = 60_000 }) {
  const address = !host || host === '0.0.0.0' ? '127.0.0.1' : host;
  const deadline = performance.now() + limitMs;
  while (isAlive() && performance.now() < deadline) {
    const answer = await fetch(`http://${address}:${port || 3000}/api/health/ready`).catch(() => undefined);
    // The body has to be read, or the connection stays busy.
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 200) return isAlive();
    await delay(EVERY_MS);
  }
  return false;
}
