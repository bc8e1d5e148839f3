import { type LoggedEvent } from '@agent-chat/load';
import { type DeliveryVerifier, type SeenEvent } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { type RestClient } from './rest-client';

const CALL_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 100;

interface Page {
  readonly events: LoggedEvent[];
  readonly cursor: string;
  readonly more: boolean;
}

type Answer<Body> = ({ ok: true } & Body) | { ok: false; error: { code: string; retryable: boolean } };

/** What identifies an event: its message where it has one, else its place. */
export function seen(event: LoggedEvent): SeenEvent {
  const messageId = event.data?.['messageId'];
  const identity = typeof messageId === 'string' ? `${event.type} ${messageId}` : `${event.type} ${event.roomId} ${String(event.seq)}`;
  return { roomId: event.roomId, epoch: event.epoch, seq: event.seq, identity };
}

/** A send that was acknowledged, on the clock that never jumps. */
export interface CompletedSend {
  readonly roomId: string;
  readonly messageId: string;
  readonly begunMs: number;
  readonly ackedMs: number;
}

/** A client as the public contract wants it: resumes by cursor, repeats what wasn't answered under the same key, one post in flight a room. Tells the verifier all it sees. */
export class LoadClient {
  /** Complete resumes, and refused ones. */
  resumes = 0;
  resyncs = 0;
  acked = 0;
  readonly sends: CompletedSend[] = [];
  /** When each message came, by its id. */
  readonly arrivals = new Map<string, number>();
  private readonly cursors = new Map<string, string>();
  private readonly live = new Set<string>();
  /** Rooms to be read from their first event on, in whatever epoch they are now. */
  private readonly anew = new Set<string>();
  private readonly sendNos = new Map<string, number>();
  private socket: Socket;
  private stopped = false;

  constructor(
    readonly rest: RestClient,
    private readonly verifier: DeliveryVerifier,
    private readonly rooms: readonly string[],
  ) {
    this.socket = this.open();
  }

  get name(): string {
    return this.rest.credentials?.username ?? '';
  }

  /** The last cursor seen in a room. */
  cursor(roomId: string): string | undefined {
    return this.cursors.get(roomId);
  }

  /** Posts once, repeating under one key until it is acknowledged; rejects on a refusal that would not go away. */
  async post(roomId: string, text: string, attachmentIds: readonly string[] = []): Promise<void> {
    const clientMsgId = randomUUID();
    const begunMs = performance.now();
    const sendNo = (this.sendNos.get(roomId) ?? 0) + 1;
    this.sendNos.set(roomId, sendNo);
    while (!this.stopped) {
      const answer = await this.call<{ messageId: string; seq: number; epoch: number }>('message.post', { roomId, clientMsgId, text, attachmentIds });
      if (answer?.ok === true) {
        this.acked += 1;
        this.sends.push({ roomId, messageId: answer.messageId, begunMs, ackedMs: performance.now() });
        this.verifier.acknowledge({ roomId, epoch: answer.epoch, seq: answer.seq, identity: `message.posted ${answer.messageId}`, sender: this.name, sendNo });
        return;
      }
      if (answer?.ok === false && !answer.error.retryable) throw new Error(answer.error.code);
      await new Promise((next) => setTimeout(next, RECONNECT_MS));
    }
  }

  /** Resolves when every room is live; rejects after `timeoutMs`. */
  async untilLive(timeoutMs = 20_000): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (this.live.size < this.rooms.length) {
      if (performance.now() > deadlineMs) throw new Error(`${this.name} is live in ${String(this.live.size)} of ${String(this.rooms.length)} rooms`);
      await new Promise((next) => setTimeout(next, 10));
    }
  }

  stop(): void {
    this.stopped = true;
    this.socket.disconnect();
  }

  private open(): Socket {
    const socket = io(this.rest.url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token: this.rest.credentials?.accessToken ?? '' },
    });
    socket.on('connect', () => {
      this.live.clear();
      this.subscribe(socket).catch(() => socket.disconnect());
    });
    socket.on('events', (events: LoggedEvent[]) => {
      for (const event of events) this.see(event);
    });
    socket.on('resync', ({ roomId }: { readonly roomId: string }) => {
      this.startAnew(roomId);
      socket.disconnect();
    });
    socket.on('connect_error', () => {
      this.reconnect();
    });
    socket.on('disconnect', () => {
      this.reconnect();
    });
    return socket;
  }

  private reconnect(): void {
    this.live.clear();
    if (this.stopped) return;
    setTimeout(
      () => {
        if (!this.stopped) this.socket = this.open();
      },
      RECONNECT_MS + Math.random() * RECONNECT_MS,
    );
  }

  /** Its history was replaced: nothing of what was seen in it counts any more. */
  private startAnew(roomId: string): void {
    this.resyncs += 1;
    this.verifier.startAnew(this.name, roomId);
    this.anew.add(roomId);
  }

  /** As `GET /rooms/:roomId/messages` tells where its page ends, so that what comes after can be subscribed to. */
  private async findBeginnings(): Promise<void> {
    for (const roomId of this.anew) {
      const { body } = await this.rest.call('GET', `/rooms/${roomId}/messages?limit=1`);
      const [epoch] = (body as { readonly cursor: string }).cursor.split('.');
      this.cursors.set(roomId, `${String(epoch)}.0`);
      this.anew.delete(roomId);
    }
  }

  private async subscribe(socket: Socket): Promise<void> {
    if (this.rooms.length === 0) return;
    await this.findBeginnings();
    const rooms = this.rooms.map((roomId) => ({ roomId, cursor: this.cursors.get(roomId) ?? '1.0' }));
    const behind: string[] = [];
    await this.ask<{ rooms: (Page & { roomId: string; error?: { code: string } })[] }>(socket, 'room.subscribe', { rooms }, (answer) => {
      // All of them first: frames of those that are live now may have come in the same piece of data, and are handled before a rejection is.
      const refused = answer.rooms.filter((room) => room.error !== undefined);
      for (const room of answer.rooms) {
        if (room.error === undefined && this.take(room.roomId, room)) behind.push(room.roomId);
      }
      for (const { roomId, error } of refused) if (error?.code === 'RESYNC_REQUIRED') this.startAnew(roomId);
      if (refused.length > 0) throw new Error(refused[0]?.error?.code);
    });
    for (const roomId of behind) {
      while (!this.live.has(roomId)) {
        await this.ask<Page>(socket, 'events.fetch', { roomId, after: this.cursors.get(roomId), limit: 500 }, (page) => {
          this.take(roomId, page);
        });
      }
    }
    this.resumes += 1;
  }

  /** Takes the events of an answer; whether more are to be fetched before the room is live. */
  private take(roomId: string, page: Page): boolean {
    for (const event of page.events) this.see(event);
    this.cursors.set(roomId, page.cursor);
    if (!page.more) this.live.add(roomId);
    return page.more;
  }

  private see(event: LoggedEvent): void {
    this.verifier.deliver(this.name, seen(event));
    const messageId = event.type === 'message.posted' ? event.data?.['messageId'] : undefined;
    if (typeof messageId === 'string' && !this.arrivals.has(messageId)) this.arrivals.set(messageId, performance.now());
    this.cursors.set(event.roomId, `${String(event.epoch)}.${String(event.seq)}`);
  }

  /** Hands the answer over in its own callback: after an `await`, a frame that came in the same piece of data would have been handled already. */
  private async ask<Body>(socket: Socket, call: string, body: object, onAnswer: (answer: Body) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      socket.timeout(CALL_TIMEOUT_MS).emit(call, body, (error: Error | null, answer: Answer<Body>) => {
        try {
          if (error !== null) throw error;
          if (!answer.ok) throw new Error(answer.error.code);
          onAnswer(answer);
          resolve();
        } catch (thrown) {
          reject(new Error(`no usable answer to ${call}`, { cause: thrown }));
        }
      });
    });
  }

  /** The answer, or `undefined` where none came. */
  private async call<Body>(call: string, body: object): Promise<Answer<Body> | undefined> {
    const { socket } = this;
    if (!socket.connected) return undefined;
    return (await socket
      .timeout(CALL_TIMEOUT_MS)
      .emitWithAck(call, body)
      .catch(() => undefined)) as Answer<Body> | undefined;
  }
}
