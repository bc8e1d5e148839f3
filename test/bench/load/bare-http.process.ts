import { serveTasks } from '@agent-chat/load';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

/** As little as a server can do that sends the same bytes: it reads nothing, checks nothing and knows one answer. */
async function start({ body }: { body: string }): Promise<{ url: string }> {
  const bytes = Buffer.from(body);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length }).end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

serveTasks({ start });
