import { type Principal } from '@agent-chat/auth';
import { type ServerFrameBody } from '@agent-chat/contracts';
import { type BucketLevel } from '@agent-chat/ephemeral-store';
import { AppError, type RoomId } from '@agent-chat/kernel';
import { type Socket } from 'socket.io';
import { type Closing, Connection, type NoticeFrame } from '../../application/realtime/connection';
import { type EventsFrame } from '../../application/realtime/events-frame';
import { type RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { type FrameBudget } from './frame-budget';
import { type SocketFlush } from './socket-flush';
import { encodeAnswerFrame, encodeEventsFrame, joinFrames, type SocketFrame } from './socket-frame';

/** How long a closed socket may take to read what waits, before it is cut. */
const LINGER_MS = 2_000;
/** How long a socket that leaves waits for the answers to its calls. */
const LAST_ANSWERS_MS = 5_000;
/** Once this much waits, a client is busy: ephemeral frames are dropped. */
const BUSY_PACKETS = 16;
const BUSY_BYTES = 16 * 1_024;
/** More than this is not gathered into one write. */
const MAX_JOINED_BYTES = 64 * 1_024;
/** At this many calls being done the socket is read no further, and again at half of them. */
const MAX_CALLS_IN_FLIGHT = 64;

/** What lies under a Socket.IO socket, as far as it is not public: checked by a test with a real socket. */
interface Engine {
  readonly writeBuffer: readonly { readonly data?: unknown; readonly options?: { readonly wsPreEncodedFrame?: readonly Buffer[] } }[];
  readonly transport: { readonly socket?: WebSocketLike };
  write(packet: string, options: object): void;
  on(event: 'packet', listener: () => void): void;
  close(discard: boolean): void;
  request: unknown;
}

interface WebSocketLike {
  readonly bufferedAmount: number;
  send(text: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  readonly _socket?: Wire | null;
  readonly _receiver?: { prependListener(event: 'error', listener: (error: Error & { code?: string }) => void): void };
}

interface Wire {
  readonly writable: boolean;
  readonly writableLength: number;
  write(frame: Buffer): boolean;
}

/** What all sockets share. */
export interface SocketSurroundings {
  readonly outboundQueueBytes: number;
  /** What a connection may call, and send of any kind; absent without limits. */
  readonly calls?: FrameBudget | undefined;
  readonly frames?: FrameBudget | undefined;
  readonly metrics: RealtimeMetrics;
  readonly flush: SocketFlush;
}

/** A client's Socket.IO socket. */
export class SocketConnection extends Connection {
  /** Calls that change a room pass their admission one after the other. */
  turn: Promise<void> | undefined;
  /** Settles when whoever types here last was admitted or refused. Never rejects. */
  typingTurn: Promise<void> | undefined;
  /** At least what waits to be sent, in bytes; counted exactly when it looks like too much. */
  private queuedBytes = 0;
  /** Events and answers that leave with the next flush, in this order, and before anything else that is sent. */
  private gathered: SocketFrame | SocketFrame[] | undefined;
  private gatheredBytes = 0;
  flushedAtMs = 0;
  isDue = false;
  private callsInFlight = 0;
  /** Called when the last call under way is answered. */
  private onIdle: (() => void) | undefined;
  private leaving: Promise<void> | undefined;
  private callLevel: BucketLevel | undefined;
  private frameLevel: BucketLevel | undefined;
  /** Those under the socket, at hand: the way there touches six objects, whose memory is elsewhere each time thousands are written to. */
  private readonly engine: Engine;
  private readonly wire: Wire | null | undefined;

  constructor(
    principal: Principal,
    private readonly socket: Socket,
    private readonly around: SocketSurroundings,
  ) {
    super(principal);
    this.engine = socket.conn as unknown as Engine;
    this.wire = this.engine.transport.socket?._socket;
    if (around.frames !== undefined) this.engine.on('packet', () => this.hear());
    this.engine.transport.socket?._receiver?.prependListener('error', ({ code }) => {
      if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.sayClosing({ code: 'FRAME_TOO_LARGE' });
    });
  }

  override get isBusy(): boolean {
    return this.engine.writeBuffer.length > BUSY_PACKETS || (this.wire?.writableLength ?? 0) > BUSY_BYTES;
  }

  override sendEvents(_roomId: RoomId, frame: EventsFrame, atOnce: boolean): void {
    if (this.isClosed) return;
    const isFirst = this.gather(frame.encodedBy(encodeEventsFrame));
    if (atOnce) this.flush();
    else if (isFirst) this.around.flush.add(this);
  }

  /**
   * Answers a call, behind the events that were due before: a subscription that the call began or ended shows no hole and no repeat. Answers that come
   * together share a write.
   */
  answer(callId: number, answer: object): void {
    if (this.isClosed) return;
    this.gather(encodeAnswerFrame(callId, answer));
    this.around.flush.addNext(this);
  }

  /** Writes what was gathered. */
  flush(): void {
    const { gathered, gatheredBytes, engine, wire } = this;
    if (gathered === undefined) return;
    this.gathered = undefined;
    this.gatheredBytes = 0;
    if (this.isClosed) return;
    const frames = Array.isArray(gathered) ? joinFrames(gathered) : [gathered];
    // What the engine was given before has left it: the frames may follow without passing through it.
    if (engine.writeBuffer.length === 0 && wire?.writable === true) wire.write(bytesOf(frames));
    else for (const { packet, options } of frames) engine.write(packet, options);
    this.count(gatheredBytes);
  }

  /** Whether nothing waited before. */
  private gather(frame: SocketFrame): boolean {
    if (this.gatheredBytes + frame.sizeBytes > MAX_JOINED_BYTES) this.flush();
    const { gathered } = this;
    this.gatheredBytes += frame.sizeBytes;
    if (Array.isArray(gathered)) gathered.push(frame);
    else this.gathered = gathered === undefined ? frame : [gathered, frame];
    return gathered === undefined;
  }

  override send<Frame extends NoticeFrame>(frame: Frame, body: ServerFrameBody<Frame>): void {
    this.flush();
    if (this.isClosed) return;
    this.write(frame, body);
  }

  override sendEphemeral(body: ServerFrameBody<'ephemeral'>): void {
    if (this.isClosed || this.isBusy) return;
    this.write('ephemeral', body);
  }

  override close(closing: Closing): void {
    this.flush();
    if (this.isClosed) return;
    this.isClosed = true;
    this.engine.write(`2${JSON.stringify(['closing', closing])}`, { compress: false });
    this.socket.disconnect(true);
    // A client that doesn't read would keep its backlog here until the next ping fails.
    const webSocket = this.engine.transport.socket;
    setTimeout(() => webSocket?.terminate(), LINGER_MS).unref();
  }

  override leave(): Promise<void> {
    this.leaving ??= this.whenIdle().then(() => this.close({ code: 'DRAINING' }));
    return this.leaving;
  }

  /** One call. Throws RATE_LIMITED beyond the limit, DRAINING once the socket leaves. */
  takeCall(): void {
    if (this.leaving !== undefined) throw new AppError('DRAINING');
    const taken = this.around.calls?.take(this.callLevel);
    if (taken === undefined) return;
    this.callLevel = taken.level;
    const { retryAfterMs } = taken;
    if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
  }

  /** A call that is being done. Beyond so many nothing more is read: one client's calls would fill the queues in which all wait. */
  beginCall(): void {
    if (++this.callsInFlight === MAX_CALLS_IN_FLIGHT) this.engine.transport.socket?.pause();
  }

  endCall(): void {
    if (this.callsInFlight-- === MAX_CALLS_IN_FLIGHT / 2) this.engine.transport.socket?.resume();
    if (this.callsInFlight === 0) this.onIdle?.();
  }

  /** Whatever arrives, also what isn't a call and so can't be refused: one that goes on regardless of refusals is closed. */
  private hear(): void {
    const taken = this.isClosed ? undefined : this.around.frames?.take(this.frameLevel);
    if (taken === undefined) return;
    this.frameLevel = taken.level;
    const { retryAfterMs } = taken;
    if (retryAfterMs > 0) this.close({ code: 'RATE_LIMITED', retryAfterMs });
  }

  private whenIdle(): Promise<void> {
    if (this.callsInFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.onIdle = resolve;
      setTimeout(resolve, LAST_ANSWERS_MS).unref();
    });
  }

  private write(frame: string, body: unknown): void {
    const packet = `2${JSON.stringify([frame, body])}`;
    this.engine.write(packet, { compress: false });
    this.count(packet.length);
  }

  private count(bytes: number): void {
    if (this.engine.writeBuffer.length === 0) this.queuedBytes = this.wire?.writableLength ?? 0;
    else this.queuedBytes += bytes;
    if (this.queuedBytes > this.around.outboundQueueBytes) this.recount();
  }

  private recount(): void {
    const { writeBuffer, transport } = this.engine;
    let bytes = transport.socket?.bufferedAmount ?? 0;
    for (const { data, options } of writeBuffer) bytes += options?.wsPreEncodedFrame?.[0]?.length ?? (typeof data === 'string' ? data.length : 0);
    this.queuedBytes = bytes;
    if (bytes <= this.around.outboundQueueBytes) return;
    this.around.metrics.slowConsumers.inc();
    this.close({ code: 'SLOW_CONSUMER' });
  }

  /** Past the engine's queue: the WebSocket closes right after. */
  private sayClosing(closing: Closing): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.engine.transport.socket?.send(`42${JSON.stringify(['closing', closing])}`);
  }
}

function bytesOf(frames: readonly SocketFrame[]): Buffer {
  const [first, second] = frames;
  if (first !== undefined && second === undefined) return first.options.wsPreEncodedFrame[0];
  return Buffer.concat(frames.map(({ options }) => options.wsPreEncodedFrame[0]));
}
