import { createServer } from 'node:net';
import { said } from './server-message';

/** A server that lets everybody in and says goodbye in the same breath, as one that stops just then does. */
export interface HastyServer {
  readonly url: string;
  close(): Promise<void>;
}

const ANSWER = Buffer.concat([
  said('R', Buffer.alloc(4)),
  said('Z', Buffer.from('I')),
  said('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')),
]);

/** Starts one on a free port of this machine. */
export async function startHastyServer(): Promise<HastyServer> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(ANSWER));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return { url: `postgres://me:secret@127.0.0.1:${address.port}/chat`, close: () => new Promise((closed) => server.close(() => closed())) };
}
