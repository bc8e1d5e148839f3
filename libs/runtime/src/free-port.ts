import { once } from 'node:events';
import { createServer } from 'node:net';

/** Rejects with what listening there would reject with: told before a database is started, it is the only line that is printed. */
export async function requireFreePort(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
