import { serveTasks } from '@agent-chat/load';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A plain copy: what comes is written to a file and flushed to the disk, then answered. Nobody is asked, nothing is checked, and what breaks off is lost. */
async function start({ folder }: { folder: string }): Promise<{ url: string }> {
  const server = createServer((request, response) => {
    const path = join(folder, (request.url ?? '').replaceAll('/', ''));
    const answered = request.method === 'PUT' ? take(path, request, response) : pipeline(createReadStream(path), response);
    answered.catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

async function take(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await pipeline(request, createWriteStream(path));
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
  response.writeHead(201).end();
}

serveTasks({ start });
