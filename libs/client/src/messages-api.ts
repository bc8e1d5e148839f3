import { type Environment } from './clock';
import { type Http, type HttpCall } from './http';
import { type PageOptions } from './rooms-api';
import { type Committed, type HistoryPage, type Message, type MessageRevision, type Page, type Posted, type SearchHit } from './types';

/** Which part of a room's history: the newest without `before`, `after` and `around`. */
export interface HistoryOptions {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** A seq or an ISO date. */
  readonly around?: number | string | undefined;
  /** A cursor: the page is to show the room at least that far. Pages that say so may come from a replica. */
  readonly atLeast?: string | undefined;
  /** Default 50, at most 100. */
  readonly limit?: number | undefined;
}

/** What to look for. */
export interface SearchOptions {
  readonly roomId?: string | undefined;
  readonly authorId?: string | undefined;
  /** ISO dates. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** A message to be sent; `clientMsgId` is its idempotency key. */
export interface NewMessage {
  readonly clientMsgId: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
  /** Of complete uploads of one's own for this room, up to 10. */
  readonly attachmentIds?: readonly string[] | undefined;
}

const segment = encodeURIComponent;

/** The name under which a room's newest page is kept. */
export function keptHistory(roomId: string): string {
  return `/rooms/${segment(roomId)}/messages`;
}

/** Of a room of which nothing is known yet: what was kept of any other would not fit. */
function isNewest({ before, after, around, atLeast }: HistoryOptions): boolean {
  return [before, after, around, atLeast].every((given) => given === undefined);
}

/** Messages, one at a time and in pages. */
export class MessagesApi {
  constructor(
    private readonly http: Http,
    private readonly environment: Environment,
  ) {}

  /** A page of messages, oldest first; its cursor says which state of the room it shows. */
  history(roomId: string, options: HistoryOptions = {}): Promise<HistoryPage> {
    return this.http.request({
      method: 'GET',
      path: `/rooms/${segment(roomId)}/messages`,
      query: { ...options },
      keptAs: isNewest(options) ? keptHistory(roomId) : undefined,
    });
  }

  /** Sends without outbox or local echo; `room.send` has both. */
  post(roomId: string, message: NewMessage): Promise<Posted> {
    return this.http.request({ method: 'POST', path: `/rooms/${segment(roomId)}/messages`, body: message, key: message.clientMsgId });
  }

  async get(roomId: string, messageId: string): Promise<Message> {
    return this.http.request({ method: 'GET', path: address(roomId, messageId) });
  }

  edit(roomId: string, messageId: string, text: string): Promise<Committed> {
    return this.change('PATCH', address(roomId, messageId), { text });
  }

  delete(roomId: string, messageId: string): Promise<Committed> {
    return this.change('DELETE', address(roomId, messageId));
  }

  /** Undoes a deletion; for moderators. */
  restore(roomId: string, messageId: string): Promise<Committed> {
    return this.change('POST', `${address(roomId, messageId)}/restore`);
  }

  /** Earlier texts, oldest first. */
  revisions(roomId: string, messageId: string): Promise<Page<MessageRevision>> {
    return this.http.request({ method: 'GET', path: `${address(roomId, messageId)}/revisions` });
  }

  react(roomId: string, messageId: string, emoji: string): Promise<Committed> {
    return this.change('PUT', `${address(roomId, messageId)}/reactions/${segment(emoji)}`);
  }

  unreact(roomId: string, messageId: string, emoji: string): Promise<Committed> {
    return this.change('DELETE', `${address(roomId, messageId)}/reactions/${segment(emoji)}`);
  }

  /** Full text, in the rooms that the person may read. */
  search(q: string, options: SearchOptions = {}): Promise<Page<SearchHit>> {
    return this.http.request({ method: 'GET', path: '/search', query: { q, ...options } });
  }

  /** Messages that name the person, or everyone in a room of theirs, newest first. */
  mentions(options: PageOptions = {}): Promise<Page<Message>> {
    return this.http.request({ method: 'GET', path: '/mentions', query: { ...options } });
  }

  /** Moves the read mark; never back, unless forced (mark unread). */
  markRead(roomId: string, seq: number, options: { readonly force?: boolean } = {}): Promise<{ readonly unreadCount: number }> {
    return this.change('PUT', `/rooms/${segment(roomId)}/read`, { seq, ...options });
  }

  private change<Result>(method: HttpCall['method'], path: string, body?: unknown): Promise<Result> {
    return this.http.request({ method, path, body, key: this.environment.newKey() });
  }
}

function address(roomId: string, messageId: string): string {
  return `/rooms/${segment(roomId)}/messages/${segment(messageId)}`;
}
