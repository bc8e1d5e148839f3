import { AgentChatError } from '../errors';
import { type Fetch } from '../http';
import { type OpenTransport, type Transport, type TransportHandlers } from '../transport';
import { type Room, type User } from '../types';
import { ScriptedRoom } from './scripted-room';
import { settle } from './steered-environment';

interface Link {
  readonly handlers: TransportHandlers;
  readonly live: Set<string>;
  readonly waiting: Set<(error: AgentChatError) => void>;
  isOpen: boolean;
}

/** What shall go wrong. Each is for the next occasion only. */
export interface Faults {
  /** The next live frame is lost. */
  loseFrame?: boolean;
  /** The next live frame comes twice. */
  repeatFrame?: boolean;
  /** The next live frame waits until the one after it was sent. */
  delayFrame?: boolean;
  /** The next call is done, but its answer never comes and the connection ends. */
  loseAnswer?: boolean;
  /** The next call is refused with this code. */
  refuse?: string;
}

interface CallBody {
  readonly rooms: readonly { readonly roomId: string; readonly cursor?: string }[];
  readonly after: string;
  readonly clientMsgId: string;
  readonly text: string;
}

const EVENTS_PER_ANSWER = 3;
export const ME: User = { userId: 'u-me', username: 'me', displayName: 'Me', bot: false };

const lost = () => new AgentChatError('NETWORK_ERROR', { message: 'The connection ended' });

/** A server of one room in this process: the same answers as a real one's, with faults on demand. */
export class ScriptedServer {
  readonly room = new ScriptedRoom('r-1');
  faults: Faults = {};
  isReachable = true;
  readonly calls: { readonly call: string; readonly body: unknown }[] = [];
  readonly tokens: string[] = [];
  private links: Link[] = [];
  private delayed: (() => void)[] = [];

  readonly open: OpenTransport = ({ token, handlers }) => {
    const link: Link = { handlers, live: new Set(), waiting: new Set(), isOpen: true };
    this.tokens.push(token);
    queueMicrotask(() => {
      if (!link.isOpen) return;
      if (!this.isReachable) return this.end(link, lost());
      this.links.push(link);
      handlers.onOpen();
    });
    return { request: (call, body) => this.request(link, call, body), close: () => this.drop(link) } satisfies Transport;
  };

  readonly fetch: Fetch = async (address, init) => {
    await settle();
    const url = new URL(address);
    if (!this.isReachable) throw new TypeError('fetch failed');
    const body = structuredClone(this.rest(`${init.method} ${url.pathname.replace('/api/v1', '')}`, url.searchParams, init.body as string | undefined));
    // The answer is on its way while more happens.
    for (let turn = 0; turn < 3; turn++) await settle();
    return {
      status: body === undefined ? 404 : 200,
      headers: { get: () => null },
      text: async () => JSON.stringify(body ?? { code: 'NOT_FOUND', retryable: false }),
    };
  };

  /** Somebody else does something. */
  happen(type: string, data: Record<string, unknown>, actorId = 'u-other'): void {
    this.publish(this.room.append(type, actorId, data));
  }

  postAs(authorId: string, text: string, key = `their-${this.room.epoch}-${this.room.head}`): void {
    const { event } = this.room.post(authorId, key, text);
    if (event !== undefined) this.publish(event);
  }

  send(name: string, body: unknown): void {
    for (const link of this.links) link.handlers.onFrame(name, body);
  }

  /** Every connection ends. */
  breakLinks(error = lost()): void {
    for (const link of [...this.links]) this.end(link, error);
  }

  get connections(): number {
    return this.links.length;
  }

  private publish(event: unknown): void {
    const { faults } = this;
    this.faults = {};
    const deliver = (): void => {
      for (const link of [...this.links]) if (link.live.has(this.room.roomId)) link.handlers.onFrame('events', [event]);
    };
    if (faults.delayFrame === true) this.delayed.push(deliver);
    else if (faults.loseFrame !== true) deliver();
    if (faults.repeatFrame === true) deliver();
    if (faults.delayFrame === true) return;
    for (const late of this.delayed.splice(0)) late();
  }

  private request(link: Link, call: string, body: unknown): Promise<unknown> {
    this.calls.push({ call, body });
    const { refuse, loseAnswer } = this.faults;
    this.faults = { ...this.faults, loseAnswer: false };
    delete this.faults.refuse;
    return new Promise((resolve, reject) => {
      link.waiting.add(reject);
      const answer = async (): Promise<void> => {
        await settle();
        if (!link.isOpen) return;
        if (refuse !== undefined) {
          reject(new AgentChatError(refuse));
          return;
        }
        const result = this.perform(link, call, body as CallBody);
        if (loseAnswer === true) {
          this.end(link, lost());
          return;
        }
        await settle();
        link.waiting.delete(reject);
        if (result instanceof AgentChatError) reject(result);
        else resolve({ ok: true, ...result });
      };
      answer().catch(reject);
    });
  }

  private perform(link: Link, call: string, body: CallBody): object | AgentChatError {
    if (call === 'room.subscribe') return { rooms: body.rooms.map((asked) => this.subscribe(link, asked)) };
    if (call === 'events.fetch') {
      const page = this.room.after(body.after, EVENTS_PER_ANSWER);
      if (page?.more === false) link.live.add(this.room.roomId);
      return page ?? new AgentChatError('RESYNC_REQUIRED');
    }
    if (call !== 'message.post') return { unreadCount: 0 };
    const { posted, event } = this.room.post(ME.userId, body.clientMsgId, body.text);
    if (event !== undefined) this.publish(event);
    return posted;
  }

  private subscribe(link: Link, { roomId, cursor }: { roomId: string; cursor?: string }): object {
    if (roomId !== this.room.roomId) return { roomId, error: { code: 'ROOM_NOT_FOUND', retryable: false } };
    const page = this.room.after(cursor ?? this.room.cursor, EVENTS_PER_ANSWER);
    if (page === undefined) return { roomId, error: { code: 'RESYNC_REQUIRED', retryable: false } };
    if (!page.more) link.live.add(roomId);
    return { roomId, head: this.room.head, ...page };
  }

  private rest(call: string, query: URLSearchParams, body?: string): unknown {
    if (call === 'POST /auth/login') return { user: ME, accessToken: 't-1', refreshToken: 'r-1', expiresInSec: 900 };
    if (call === 'GET /users/me') return ME;
    if (call === 'GET /rooms') return { items: [this.roomView()], rev: 1 };
    if (call === `GET /rooms/${this.room.roomId}/messages`) return this.room.history(ME.userId, query);
    if (call !== `POST /rooms/${this.room.roomId}/messages`) return undefined;
    const { clientMsgId, text } = JSON.parse(body ?? '{}') as { clientMsgId: string; text: string };
    const { posted, event } = this.room.post(ME.userId, clientMsgId, text);
    if (event !== undefined) this.publish(event);
    return posted;
  }

  private roomView(): Room {
    const at = new Date(Date.UTC(2026, 2, 1)).toISOString();
    return {
      roomId: 'r-1',
      kind: 'public',
      name: 'lobby',
      topic: '',
      epoch: this.room.epoch,
      head: this.room.head,
      memberCount: 2,
      createdAt: at,
      updatedAt: at,
    };
  }

  private end(link: Link, error: AgentChatError): void {
    if (!link.isOpen) return;
    this.drop(link);
    link.handlers.onClosed(error);
  }

  private drop(link: Link): void {
    link.isOpen = false;
    this.links = this.links.filter((other) => other !== link);
    for (const reject of link.waiting) reject(lost());
    link.waiting.clear();
  }
}
