import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ConnectionRefused, RawSocket } from './raw-socket';

describe('RawSocket', () => {
  let server: WebSocketServer;
  let url: string;
  let addresses: (string | undefined)[];
  /** What the server does with a socket that wants in. */
  let admit: (socket: WebSocket) => void;

  beforeEach(async () => {
    addresses = [];
    admit = (socket) => socket.send('40{"sid":"one"}');
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    server.on('connection', (socket, request) => {
      addresses.push(request.socket.remoteAddress);
      socket.send('0{"sid":"one"}');
      socket.on('message', (data: Buffer) => {
        const text = data.toString();
        if (text === '40{"token":"secret"}') admit(socket);
        else if (text.startsWith('42')) socket.send(`43${text.slice(2, text.indexOf('['))}[{"ok":true,"echo":${text.slice(text.indexOf('['))}}]`);
      });
    });
  });
  afterEach(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  const connect = () => RawSocket.connect(url, { token: 'secret', timeoutMs: 1_000 });

  it('is let in by its token, and has its calls answered', async () => {
    const socket = await connect();
    await expect(socket.call('room.read', { seq: 3 })).resolves.toEqual({ ok: true, echo: ['room.read', { seq: 3 }] });
    socket.close();
  });

  it('comes from the address that it is told to', async () => {
    const socket = await RawSocket.connect(url, { token: 'secret', localAddress: '127.0.0.7' });
    expect(addresses).toEqual(['127.0.0.7']);
    socket.close();
  });

  it('rejects with the code of a refusal, and when the server says nothing', async () => {
    admit = (socket) => socket.send('44{"message":"no","data":{"code":"RATE_LIMITED","retryAfterMs":2500}}');
    const refused = await connect().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConnectionRefused);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 2_500 });
    admit = () => undefined;
    await expect(RawSocket.connect(url, { token: 'secret', timeoutMs: 50 })).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
    await expect(RawSocket.connect('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('hands over events and notices, answers pings, and tells once why it was closed', async () => {
    const socket = await connect();
    const told: unknown[] = [];
    const closed = new Promise((resolve) => {
      socket.onClose = (reason) => {
        told.push(reason);
        resolve(reason);
      };
    });
    socket.onEvents = (events) => told.push(events);
    socket.onNotice = (name, body) => told.push([name, body]);
    const [peer] = server.clients;
    const pong = once(peer!, 'message') as Promise<[Buffer]>;
    peer!.send('2');
    expect((await pong)[0].toString()).toBe('3');
    for (const frame of ['42["events",[{"seq":1}]]', '42["heads",[{"head":1}]]', '42["resync",{"roomId":"r"}]', '42["closing",{"code":"SLOW_CONSUMER"}]'])
      peer!.send(frame);
    peer!.close();
    await closed;
    expect(told).toEqual([[{ seq: 1 }], ['resync', { roomId: 'r' }], 'SLOW_CONSUMER']);
    expect(socket.isOpen).toBe(false);
  });
});
