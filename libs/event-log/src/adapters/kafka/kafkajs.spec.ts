import Connection from 'kafkajs/src/network/connection';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import './kafkajs';
import { type Protocol } from './kafkajs-types';

const SILENT = { debug: () => undefined, error: () => undefined, warn: () => undefined, info: () => undefined };

/** A request without content, and an answer of any bytes. */
const PROTOCOL: Protocol = {
  request: { apiKey: 3, apiName: 'Metadata', apiVersion: 0, encode: () => ({ buf: Buffer.alloc(0), buffer: Buffer.alloc(0) }) },
  response: { decode: (bytes) => Promise.resolve(bytes), parse: (decoded) => Promise.resolve(decoded) },
};

describe('a connection of kafkajs', () => {
  const sockets: Socket[] = [];
  let server: Server;
  let answers: ((correlationId: number) => { bytes: Buffer; isLast: boolean })[];

  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (request) => {
        const { bytes, isLast } = answers.shift()!(request.readInt32BE(8));
        socket.write(bytes, () => isLast && socket.destroy());
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  const answer = (correlationId: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head.writeInt32BE(4 + text.length);
    head.writeInt32BE(correlationId, 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };

  it('reads what comes over it anew when the one before broke in the middle of an answer', async () => {
    answers = [
      (correlationId) => ({ bytes: answer(correlationId, 'an answer that breaks off').subarray(0, 12), isLast: true }),
      (correlationId) => ({ bytes: answer(correlationId, 'whole'), isLast: false }),
    ];
    const connection = new Connection({
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      requestTimeout: 500,
      connectionTimeout: 1_000,
      socketFactory: ({ host, port, onConnect }) => connect(port, host, onConnect),
      logger: { namespace: () => SILENT },
    });

    await connection.connect();
    await expect(connection.send(PROTOCOL)).rejects.toThrow('Closed connection');
    await connection.connect();

    expect(String(await connection.send(PROTOCOL))).toBe('whole');
    await connection.disconnect();
  });
});
