import { type RoomEvent } from '../room-events';
import { type HistoryPage, type Message, type Posted } from '../types';

/** One room as the server keeps it: its log, and what the log amounts to, worked out anew for each question and without the SDK's code. */
export class ScriptedRoom {
  epoch = 1;
  log: RoomEvent[] = [];
  private readonly keys = new Map<string, Posted>();

  constructor(readonly roomId: string) {}

  get head(): number {
    return this.log.length;
  }

  get cursor(): string {
    return `${this.epoch}.${this.head}`;
  }

  append(type: string, actorId: string, data: Record<string, unknown>): RoomEvent {
    const at = new Date(Date.UTC(2026, 2, 1) + this.head * 1_000).toISOString();
    const event = { roomId: this.roomId, epoch: this.epoch, seq: this.head + 1, type, actorId, at, data };
    this.log.push(event);
    return event;
  }

  /** Posts once a key. Answers what happened, with the event unless the key was seen. */
  post(authorId: string, clientMsgId: string, text: string): { readonly posted: Posted; readonly event?: RoomEvent } {
    const before = this.keys.get(`${authorId}:${clientMsgId}`);
    if (before !== undefined) return { posted: { ...before, duplicate: true } };
    const messageId = `m${this.epoch}-${this.head + 1}`;
    const content = { messageId, text, mentions: [], roomId: this.roomId, seq: this.head + 1, authorId, clientMsgId, reactions: [], attachments: [] };
    const event = this.append('message.posted', authorId, content);
    (event.data as Record<string, unknown>)['createdAt'] = event.at;
    const posted: Posted = { messageId, seq: event.seq, epoch: event.epoch, committedAt: event.at ?? '', duplicate: false };
    this.keys.set(`${authorId}:${clientMsgId}`, posted);
    return { posted, event };
  }

  /** Restored from a backup: the newest events are gone, and another epoch begins. */
  restore(lost: number): void {
    this.log = this.log.slice(0, Math.max(0, this.log.length - lost));
    this.epoch += 1;
    for (const [key, { seq }] of this.keys) if (seq > this.head) this.keys.delete(key);
  }

  after(cursor: string, limit: number): { events: RoomEvent[]; cursor: string; more: boolean } | undefined {
    const [epoch = 0, seq = 0] = cursor.split('.').map(Number);
    if (epoch !== this.epoch || seq > this.head) return undefined;
    const events = this.log.slice(seq, seq + limit).map((event) => ({ ...event, epoch: this.epoch }));
    return { events, cursor: `${this.epoch}.${seq + events.length}`, more: seq + events.length < this.head };
  }

  messages(reader: string, upTo = this.head): Message[] {
    const byId = new Map<string, Record<string, unknown>>();
    const reactors = new Map<string, Set<string>>();
    for (const { type, actorId = '', at, data = {} } of this.log.slice(0, upTo)) {
      const message = byId.get(String(data['messageId'])) ?? {};
      if (type === 'message.posted') byId.set(String(data['messageId']), { ...data });
      if (type === 'message.edited') Object.assign(message, { text: data['text'], editedAt: at });
      if (type === 'message.deleted') Object.assign(message, { text: undefined, deletedAt: at });
      if (type === 'message.restored') Object.assign(message, { text: data['text'], deletedAt: undefined });
      if (!type.startsWith('reaction.')) continue;
      const key = `${String(data['messageId'])} ${String(data['emoji'])}`;
      const set = reactors.get(key) ?? new Set();
      reactors.set(key, set);
      if (type === 'reaction.added') set.add(actorId);
      else set.delete(actorId);
    }
    return [...byId.values()].map((message) => {
      const reactions = [...reactors].flatMap(([key, users]) => {
        const [messageId, emoji = ''] = key.split(' ');
        return messageId === message['messageId'] && users.size > 0 ? [{ emoji, count: users.size, mine: users.has(reader) }] : [];
      });
      return { ...message, reactions } as unknown as Message;
    });
  }

  /** Where the client says how far it is, this is a replica that is just as far. */
  history(reader: string, query: URLSearchParams): HistoryPage {
    const [epoch, seen] = (query.get('atLeast') ?? '').split('.').map(Number);
    const upTo = epoch === this.epoch && seen !== undefined && seen <= this.head ? seen : this.head;
    const all = this.messages(reader, upTo);
    const limit = Number(query.get('limit') ?? 50);
    const [before, after, around] = ['before', 'after', 'around'].map((name) => (query.has(name) ? Number(query.get(name)) : undefined));
    let from = Math.max(0, all.length - limit);
    if (after !== undefined) from = all.findIndex((message) => message.seq > after);
    if (around !== undefined) from = all.findIndex((message) => message.seq >= around) - Math.floor(limit / 2);
    if (from < 0) from = after !== undefined ? all.length : Math.max(0, from);
    let to = from + limit;
    if (before !== undefined) {
      to = all.filter((message) => message.seq < before).length;
      from = Math.max(0, to - limit);
    }
    const items = all.slice(from, to);
    return { items, cursor: `${this.epoch}.${upTo}`, ...(from > 0 ? { prev: 'older' } : {}), ...(to < all.length ? { next: 'newer' } : {}) };
  }
}
