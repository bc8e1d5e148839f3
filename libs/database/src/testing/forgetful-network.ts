import { connect, createServer, type Socket } from 'node:net';

/** A network between a client and a Postgres, as with a firewall that forgets connections: what is sent on one of them goes nowhere, and no end is told. */
export interface ForgetfulNetwork {
  /** The database's, by way of the network. */
  readonly url: string;
  /** Forgets every connection that there is; new ones are let through. */
  forget(): void;
  close(): Promise<void>;
}

/** Starts one in front of the server of a database. */
export async function startForgetfulNetwork(databaseUrl: string): Promise<ForgetfulNetwork> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [near, far].forEach((each) => each.destroy()));
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${address.port}`;
  const forget = (): void => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(() => closed()));
  };
  return { url: url.href, forget, close };
}
