import { type Principal } from '@agent-chat/auth';
import { type RoomEvent, type ServerFrameBody } from '@agent-chat/contracts';
import { type Cursor, parseCursor, type RoomId } from '@agent-chat/kernel';
import { type ServerResponse } from 'node:http';
import { type Closing, Connection, type NoticeFrame } from '../../application/realtime/connection';
import { type EventStream } from '../../application/realtime/event-streams';
import { type EventsFrame } from '../../application/realtime/events-frame';
import { type RealtimeMetrics } from '../../application/realtime/realtime-metrics';
import { StreamPosition } from '../../domain/stream-position';

const LINGER_MS = 2_000;
/** How long a browser waits before it connects again by itself. */
const RETRY_MS = 2_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  connection: 'keep-alive',
  // NGINX would hold events back otherwise.
  'x-accel-buffering': 'no',
};

const encodeEvents = (json: string): string => `event: events\ndata: ${json}\n`;

/** A client's event stream. Each id stands for the position in all of its rooms. */
export class SseConnection extends Connection implements EventStream {
  onResync: ((roomId: RoomId, reason: string) => void) | undefined;
  /** Newest last: what moved last has the first place in an id. */
  private readonly positions = new Map<RoomId, Cursor>();

  constructor(
    principal: Principal,
    private readonly response: ServerResponse,
    private readonly outboundQueueBytes: number,
    private readonly metrics: RealtimeMetrics,
  ) {
    super(principal);
  }

  begin(): void {
    this.response.writeHead(200, HEADERS);
    this.write(`retry: ${RETRY_MS}\n\n`);
  }

  override sendEvents(roomId: RoomId, frame: EventsFrame): void {
    const cursor = this.subscriptions.get(roomId)?.cursor;
    if (cursor !== undefined) this.moveTo(roomId, cursor);
    this.write(`${frame.encodedBy(encodeEvents)}${this.id()}\n`);
  }

  sendBacklog(roomId: RoomId, events: readonly RoomEvent[], cursor: string): void {
    const reached = parseCursor(cursor);
    if (reached !== undefined) this.moveTo(roomId, reached);
    if (events.length > 0) this.write(`${encodeEvents(JSON.stringify(events))}${this.id()}\n`);
  }

  /** An id alone: where the stream stands although nothing happened. */
  sendPosition(): void {
    this.write(`${this.id()}\n`);
  }

  override send<Frame extends NoticeFrame>(frame: Frame, body: ServerFrameBody<Frame>): void {
    if (frame === 'resync') {
      const { roomId, reason } = body as ServerFrameBody<'resync'>;
      this.positions.delete(roomId);
      this.write(`event: ${frame}\ndata: ${JSON.stringify(body)}\n${this.id()}\n`);
      this.onResync?.(roomId, reason);
      return;
    }
    this.write(`event: ${frame}\ndata: ${JSON.stringify(body)}\n\n`);
  }

  override get isBusy(): boolean {
    return this.response.writableNeedDrain;
  }

  override sendEphemeral(body: ServerFrameBody<'ephemeral'>): void {
    if (!this.isBusy) this.write(`event: ephemeral\ndata: ${JSON.stringify(body)}\n\n`);
  }

  heartbeat(): void {
    if (!this.isBusy) this.write(': \n\n');
  }

  override close(closing: Closing): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.response.end(`event: closing\ndata: ${JSON.stringify(closing)}\n\n`);
    const { socket } = this.response;
    setTimeout(() => socket?.destroy(), LINGER_MS).unref();
  }

  override leave(): Promise<void> {
    this.close({ code: 'DRAINING' });
    return Promise.resolve();
  }

  /** Resolves when the client has read most of what was written, or is gone. */
  async drained(): Promise<void> {
    if (!this.response.writableNeedDrain || this.isClosed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.response.off('drain', done).off('close', done);
        resolve();
      };
      this.response.on('drain', done).on('close', done);
    });
  }

  private moveTo(roomId: RoomId, cursor: Cursor): void {
    this.positions.delete(roomId);
    this.positions.set(roomId, cursor);
  }

  private id(): string {
    return `id: ${StreamPosition.encode([...this.positions].reverse())}\n`;
  }

  private write(text: string): void {
    if (this.isClosed) return;
    this.response.write(text);
    if (this.response.writableLength <= this.outboundQueueBytes) return;
    this.metrics.slowConsumers.inc();
    this.close({ code: 'SLOW_CONSUMER' });
  }
}
