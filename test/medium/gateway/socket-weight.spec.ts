import { eventually } from '@agent-chat/testing';
import { type EventEmitter } from 'node:events';
import { type Server as HttpServer } from 'node:http';
import { type Socket as TcpSocket } from 'node:net';
import { type Server, type Socket } from 'socket.io';
import { ConnectionRegistry } from '../../../apps/gateway/src/application/realtime/connection-registry';
import { RealtimeMetrics } from '../../../apps/gateway/src/application/realtime/realtime-metrics';
import { type Client, GatewayCluster, type RunningGateway } from './gateway-cluster';

/** So often that several fit into a test. */
const PING_MS = 30;
const PINGS = 4;

interface Engine extends EventEmitter {
  readonly request: unknown;
  readonly cleanupFn: unknown[];
  readonly sentCallbackFn: unknown[];
  readonly transport: EventEmitter & { readonly socket: EventEmitter & { readonly _socket: object; readonly _receiver: { readonly _mask: unknown } } };
}

/** The wire under a client. */
function wireOf({ socket }: Client): TcpSocket {
  return (socket.io.engine as unknown as { readonly transport: { readonly ws: { readonly _socket: TcpSocket } } }).transport.ws._socket;
}

describe('What a socket holds', () => {
  let cluster: GatewayCluster;
  let gateway: RunningGateway;

  beforeEach(async () => {
    cluster = new GatewayCluster();
    gateway = await cluster.start();
    // As on a gateway, where a request may take only so long to come.
    (gateway.app.getHttpServer() as HttpServer).timeout = 60_000;
  });
  afterEach(async () => {
    await cluster.stop();
  });

  const ofPerson = ({ userId }: Client): Socket => {
    const [connection] = gateway.app.get(ConnectionRegistry).of(userId);
    return (connection as unknown as { readonly socket: Socket }).socket;
  };
  /** Pings this often from now on, those that connect. */
  const pinging = async (opts: { pingInterval: number; pingTimeout?: number }): Promise<Server> => {
    const { server } = ofPerson(await cluster.connect(gateway)).nsp;
    Object.assign((server.engine as unknown as { readonly opts: object }).opts, opts);
    return server;
  };
  const pings = (socket: Socket): Promise<unknown> => {
    let count = 0;
    socket.conn.on('heartbeat', () => count++);
    return eventually(() => expect(count).toBeGreaterThanOrEqual(PINGS));
  };

  it('is neither request, headers and token, nor wrappers of listeners, nor the last frame once it has answered a ping', async () => {
    await pinging({ pingInterval: PING_MS });
    const ann = await cluster.connect(gateway);
    const socket = ofPerson(ann);
    const engine = socket.conn as unknown as Engine;
    const { transport } = engine;
    const wire = transport.socket._socket as Record<symbol, unknown>;
    const timeout = Object.getOwnPropertySymbols(wire).find(({ description }) => description === 'timeout');
    await pings(socket);

    expect(JSON.stringify([engine.request, socket.handshake])).toBe('[null,{"headers":{},"query":{},"auth":{}}]');
    for (const emitter of [engine, transport, transport.socket]) {
      for (const event of ['close', 'error']) expect(emitter.rawListeners(event).filter((listener) => 'listener' in listener)).toEqual([]);
    }
    expect(transport.listenerCount('headers')).toBe(0);
    expect(transport.socket.listenerCount('error')).toBe(1);
    expect([timeout && wire[timeout], transport.socket._receiver._mask]).toEqual([null, undefined]);
    expect(socket.rooms.size + socket.nsp.adapter.rooms.size + socket.nsp.adapter.sids.size).toBe(0);
  });

  it('is enough to be called and sent events between pings', async () => {
    await pinging({ pingInterval: PING_MS });
    const ann = await cluster.connect(gateway);
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    await pings(ofPerson(ann));
    for (let seq = 1; seq <= 20; seq++) await cluster.chat.happen(room, 'message.posted', { text: 'text' });
    await eventually(() => expect(ann.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1)));
    await expect(ann.call('room.subscribe', { rooms: [{ roomId: room.roomId, cursor: '1.0' }] })).resolves.toMatchObject({ ok: true });
    await pings(ofPerson(ann));
  });

  it('refuses to send what a client would have to acknowledge', async () => {
    const socket = ofPerson(await cluster.connect(gateway));
    expect(() => socket.emit('question', () => undefined)).toThrow('Nothing is sent to a socket that it would acknowledge');
  });

  it.each<[string, (client: Client) => void]>([
    ['leaves', ({ socket }) => socket.disconnect()],
    ['is cut off', (client) => wireOf(client).destroy()],
    ['breaks the protocol of WebSockets', (client) => wireOf(client).write(Buffer.from([0xff, 0xff]))],
    ['answers no pings', (client) => wireOf(client).pause()],
  ])('is nothing at all once a client %s', async (_, end) => {
    const server = await pinging({ pingInterval: PING_MS, pingTimeout: PING_MS });
    const ann = await cluster.connect(gateway);
    const room = cluster.chat.room([ann.userId]);
    await ann.subscribe(room.roomId);
    const registry = gateway.app.get(ConnectionRegistry);
    const gauge = async (): Promise<number | undefined> => (await gateway.app.get(RealtimeMetrics).connections.get()).values[0]?.value;
    const before = await gauge();
    expect([registry.size, server.engine.clientsCount, server.sockets.sockets.size]).toEqual([2, 2, 2]);

    const wire = wireOf(ann);
    end(ann);
    await eventually(() => expect([registry.size, server.engine.clientsCount, server.sockets.sockets.size]).toEqual([1, 1, 1]));
    expect(registry.of(ann.userId)).toEqual([]);
    expect(await gauge()).toBe((before ?? 0) - 1);
    wire.destroy();
  });
});
