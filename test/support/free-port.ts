import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST_PORT = 10_000;
const LAST_PORT = 31_999;

/**
 * A port that nothing listens on now. Below those that the system gives to outgoing connections: one of these may take a port while its process is
 * down, which then could not come back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
