import { type LoggedEvent } from '@agent-chat/load';
import { io, type Socket } from 'socket.io-client';
import { type RestClient } from './rest-client';

export type Answer<Body = Record<string, unknown>> = ({ ok: true } & Body) | { ok: false; error: { code: string; message: string; retryable: boolean } };

export interface SubscribedRoom {
  readonly roomId: string;
  readonly head: number;
  readonly cursor: string;
  readonly events: LoggedEvent[];
  readonly more: boolean;
  readonly error?: { code: string };
}

const CALL_TIMEOUT_MS = 15_000;

/** A bare Socket.IO connection of one person; keeps what it was sent. */
export class SocketClient {
  readonly events: LoggedEvent[] = [];
  readonly frames: { readonly name: string; readonly body: unknown }[] = [];

  private constructor(readonly socket: Socket) {
    socket.onAny((name: string, body: unknown) => {
      if (name === 'events') this.events.push(...(body as LoggedEvent[]));
      else this.frames.push({ name, body });
    });
  }

  /** Resolves when connected; rejects with the server's refusal. */
  static async connect(rest: RestClient): Promise<SocketClient> {
    const socket = io(rest.url, { transports: ['websocket'], reconnection: false, forceNew: true, auth: { token: rest.credentials?.accessToken ?? '' } });
    const client = new SocketClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return client;
  }

  async call<Body = Record<string, unknown>>(call: string, body: object): Promise<Answer<Body>> {
    return (await this.socket.timeout(CALL_TIMEOUT_MS).emitWithAck(call, body)) as Answer<Body>;
  }

  async subscribe(roomId: string, cursor?: string): Promise<SubscribedRoom> {
    const answer = await this.call<{ rooms: SubscribedRoom[] }>('room.subscribe', { rooms: [{ roomId, ...(cursor === undefined ? {} : { cursor }) }] });
    const room = answer.ok ? answer.rooms[0] : undefined;
    if (room === undefined) throw new Error(JSON.stringify(answer));
    return room;
  }

  /** What came after a cursor, complete: the answers' events, then the live ones; resolves when `until` was seen. */
  async follow(roomId: string, cursor: string, until: number): Promise<number[]> {
    const seqs: number[] = [];
    let page: { events: LoggedEvent[]; cursor: string; more: boolean } = await this.subscribe(roomId, cursor);
    for (;;) {
      seqs.push(...page.events.map(({ seq }) => seq));
      if (!page.more) break;
      const answer = await this.call<typeof page>('events.fetch', { roomId, after: page.cursor, limit: 500 });
      if (!answer.ok) throw new Error(answer.error.code);
      page = answer;
    }
    const live = (): number[] => this.events.filter((event) => event.roomId === roomId).map(({ seq }) => seq);
    const deadlineMs = performance.now() + CALL_TIMEOUT_MS;
    while ((live().at(-1) ?? seqs.at(-1) ?? 0) < until) {
      if (performance.now() > deadlineMs) throw new Error(`${String(until)} did not come: ${JSON.stringify([seqs.at(-1), live().at(-1)])}`);
      await new Promise((next) => setTimeout(next, 10));
    }
    return [...seqs, ...live()];
  }

  close(): void {
    this.socket.disconnect();
  }
}
