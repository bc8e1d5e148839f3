import { type EventEmitter } from 'node:events';
import { type Socket } from 'socket.io';

type Listener = (...args: unknown[]) => void;
/** As `once` wraps it. */
type OnceListener = Listener & { readonly listener?: Listener };

/** What lies under a Socket.IO socket and only weighs: none of it is public, all of it is checked by a test with a real socket. */
interface Inner {
  handshake: object;
  acks: ReadonlyMap<number, unknown>;
  _anyListeners?: unknown[];
  readonly client: { readonly decoder: { readonly _callbacks: Record<string, unknown[]> } };
  readonly conn: EventEmitter & { request: unknown; cleanupFn: unknown[]; readonly transport: EventEmitter & { readonly socket: WebSocketInside } };
}

interface WebSocketInside extends EventEmitter {
  readonly _socket: (EventEmitter & Record<symbol, unknown>) | null;
  readonly _receiver: { _mask: unknown; readonly _buffers: unknown[] } | null;
}

interface EngineInside {
  readonly sentCallbackFn: unknown[];
  readonly transport: { readonly socket: WebSocketInside };
}

/** Engine.IO's listener for the time between the upgrade and the transport, which has its own. */
const BEFORE_UPGRADE = 'onUpgradeError';
const NO_HANDSHAKE = Object.freeze({ headers: {}, query: {}, auth: {} });

/** Of a socket that is never sent anything to acknowledge: one for all. */
class NoAcks extends Map<number, unknown> {
  override set(): never {
    throw new Error('Nothing is sent to a socket that it would acknowledge');
  }
}
const NO_ACKS: ReadonlyMap<number, unknown> = new NoAcks();

/**
 * Lets go of what Socket.IO, Engine.IO, `ws` and Node keep for a connection that has been let in and that nothing will ask for: the request with
 * its headers and token, wrappers of listeners that are called once anyway, room for lists that hold one entry. A third of a connection's heap.
 */
export function shedWeight(socket: Socket): void {
  const inner = socket as unknown as Inner;
  const { conn, client } = inner;
  const { transport } = conn;
  const webSocket = transport.socket;
  inner.handshake = NO_HANDSHAKE;
  inner.acks = NO_ACKS;
  conn.request = null;
  // A list that was pushed to has room for sixteen more; a copy has none.
  conn.cleanupFn = conn.cleanupFn.slice();
  if (inner._anyListeners !== undefined) inner._anyListeners = inner._anyListeners.slice();
  for (const [event, listeners] of Object.entries(client.decoder._callbacks)) client.decoder._callbacks[event] = listeners.slice();
  transport.removeAllListeners('headers');
  for (const listener of webSocket.rawListeners('error') as Listener[]) if (listener.name === BEFORE_UPGRADE) webSocket.removeListener('error', listener);
  for (const emitter of [conn, transport, webSocket]) for (const event of ['close', 'error']) unwrap(emitter, event);
  forgetTimeout(webSocket._socket);
  conn.on('heartbeat', rest);
}

/** After each pong, the last that comes from a client that has nothing to say: the list of callbacks of what was sent, and the frame that was read last. */
function rest(this: EngineInside): void {
  const { sentCallbackFn, transport } = this;
  if (sentCallbackFn.length === 0) sentCallbackFn.length = 0;
  const receiver = transport.socket._receiver;
  if (receiver === null) return;
  // A part of the frame's memory, which it holds; each frame sets it before it is used.
  receiver._mask = undefined;
  if (receiver._buffers.length === 0) receiver._buffers.length = 0;
}

/** Listeners of what happens once need no wrapper that sees to it; in the order in which they were. */
function unwrap(emitter: EventEmitter, event: string): void {
  const listeners = emitter.rawListeners(event) as OnceListener[];
  if (listeners.every(({ listener }) => listener === undefined)) return;
  emitter.removeAllListeners(event);
  for (const each of listeners) emitter.on(event, each.listener ?? each);
}

/** The timer of a request that takes too long to come: stopped, but still there. */
function forgetTimeout(wire: WebSocketInside['_socket']): void {
  if (wire === null) return;
  const timeout = Object.getOwnPropertySymbols(wire).find(({ description }) => description === 'timeout');
  if (timeout !== undefined) wire[timeout] = null;
}
