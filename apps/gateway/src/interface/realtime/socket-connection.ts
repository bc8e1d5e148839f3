import { type Principal } from '@agent-chat/auth';
import { type RateLimitRule } from '@agent-chat/config';
import { type ServerFrameBody } from '@agent-chat/contracts';
import { AppError, type Clock, type RoomId } from '@agent-chat/kernel';
import { type Socket } from 'socket.io';
import { type Closing, Connection, type NoticeFrame } from '../../application/realtime/connection';
import { type EventsFrame } from '../../application/realtime/events-frame';
import { type RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { FrameBudget } from './frame-budget';
import { type SocketFlush } from './socket-flush';
import { encodeAnswerFrame, encodeEventsFrame, joinFrames, type SocketFrame } from './socket-frame';

/** How long a closed socket may take to read what waits, before it is cut. */
const LINGER_MS = 2_000;
/** How long a socket that leaves waits for the answers to its calls. */
const LAST_ANSWERS_MS = 5_000;
/** Ephemeral frames are dropped once this much waits. */
const BUSY_PACKETS = 16;
const BUSY_BYTES = 16 * 1_024;
/** More than this is not gathered into one write. */
const MAX_JOINED_BYTES = 64 * 1_024;
/** Frames of any kind for each call that is allowed; beyond it the socket is closed. */
const FRAMES_A_CALL = 2;

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
  readonly _socket?: { readonly writable: boolean; readonly writableLength: number; write(frame: Buffer): boolean } | null;
  readonly _receiver?: { prependListener(event: 'error', listener: (error: Error & { code?: string }) => void): void };
}

/** What all sockets share. */
export interface SocketSurroundings {
  readonly outboundQueueBytes: number;
  readonly frameLimit: RateLimitRule | 'off';
  readonly clock: Clock;
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
  private gathered: SocketFrame[] = [];
  private gatheredBytes = 0;
  flushedAtMs = 0;
  private callsInFlight = 0;
  /** Called when the last call under way is answered. */
  private onIdle: () => void = () => undefined;
  private leaving: Promise<void> | undefined;
  private readonly calls: FrameBudget | undefined;

  constructor(
    principal: Principal,
    private readonly socket: Socket,
    private readonly around: SocketSurroundings,
  ) {
    super(principal);
    if (around.frameLimit !== 'off') {
      const { limit, windowMs } = around.frameLimit;
      this.calls = new FrameBudget(around.frameLimit, around.clock);
      const frames = new FrameBudget({ limit: limit * FRAMES_A_CALL, windowMs }, around.clock);
      this.engine.on('packet', () => this.hear(frames));
    }
    this.engine.transport.socket?._receiver?.prependListener('error', ({ code }) => {
      if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.sayClosing({ code: 'FRAME_TOO_LARGE' });
    });
  }

  override sendEvents(_roomId: RoomId, frame: EventsFrame, atOnce: boolean): void {
    if (this.isClosed) return;
    this.gather(frame.encodedBy(encodeEventsFrame));
    if (atOnce) this.flush();
    else this.around.flush.add(this);
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
    if (this.gathered.length === 0) return;
    const frames = joinFrames(this.gathered);
    const sizeBytes = this.gatheredBytes;
    this.gathered = [];
    this.gatheredBytes = 0;
    if (this.isClosed) return;
    const { writeBuffer, transport } = this.engine;
    const wire = transport.socket?._socket;
    // What the engine was given before has left it: the frames may follow without passing through it.
    if (writeBuffer.length === 0 && wire?.writable === true) wire.write(bytesOf(frames));
    else for (const { packet, options } of frames) this.engine.write(packet, options);
    this.count(sizeBytes);
  }

  private gather(frame: SocketFrame): void {
    if (this.gatheredBytes + frame.sizeBytes > MAX_JOINED_BYTES) this.flush();
    this.gathered.push(frame);
    this.gatheredBytes += frame.sizeBytes;
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
    const retryAfterMs = this.calls?.take() ?? 0;
    if (retryAfterMs > 0) throw new AppError('RATE_LIMITED', { retryAfterMs });
  }

  /** A call that is being done. Beyond so many nothing more is read: one client's calls would fill the queues in which all wait. */
  beginCall(): void {
    if (++this.callsInFlight === MAX_CALLS_IN_FLIGHT) this.engine.transport.socket?.pause();
  }

  endCall(): void {
    if (this.callsInFlight-- === MAX_CALLS_IN_FLIGHT / 2) this.engine.transport.socket?.resume();
    if (this.callsInFlight === 0) this.onIdle();
  }

  /** Whatever arrives, also what isn't a call and so can't be refused: one that goes on regardless of refusals is closed. */
  private hear(frames: FrameBudget): void {
    const retryAfterMs = this.isClosed ? 0 : frames.take();
    if (retryAfterMs > 0) this.close({ code: 'RATE_LIMITED', retryAfterMs });
  }

  private whenIdle(): Promise<void> {
    if (this.callsInFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.onIdle = resolve;
      setTimeout(resolve, LAST_ANSWERS_MS).unref();
    });
  }

  private get isBusy(): boolean {
    const { writeBuffer, transport } = this.engine;
    return writeBuffer.length > BUSY_PACKETS || (transport.socket?._socket?.writableLength ?? 0) > BUSY_BYTES;
  }

  private get engine(): Engine {
    return this.socket.conn as unknown as Engine;
  }

  private write(frame: string, body: unknown): void {
    const packet = `2${JSON.stringify([frame, body])}`;
    this.engine.write(packet, { compress: false });
    this.count(packet.length);
  }

  private count(bytes: number): void {
    const { writeBuffer, transport } = this.engine;
    if (writeBuffer.length === 0) this.queuedBytes = transport.socket?._socket?.writableLength ?? 0;
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
  const bytes = frames.map(({ options }) => options.wsPreEncodedFrame[0]);
  const [first = Buffer.alloc(0)] = bytes;
  return bytes.length === 1 ? first : Buffer.concat(bytes);
}
