import { formatCursor, parseCursor, type Cursor } from './cursor';
import { asKnownEvent, type KnownRoomEvent, type RoomEvent } from './room-events';
import { type HistoryPage, type Message, type Reaction } from './types';

/** A message and the seq up to which its state is known: older events say nothing new about it. */
export interface KnownMessage {
  readonly message: Message;
  readonly asOf: number;
  /** Its content was deleted or erased since, and this release was told so before the deletion itself. */
  readonly redacted: boolean;
}

const KEPT_EVENTS = 1_000;

/**
 * What is loaded of a room's messages: one window of consecutive messages, brought together from pages (each a snapshot as of its cursor) and
 * live events, in whatever order these arrive.
 */
export class TimelineLog {
  /** The window, by seq. */
  private window: KnownMessage[] = [];
  private readonly byId = new Map<string, KnownMessage>();
  /** Recent events, so that a page that was read before them can be brought up to date. */
  private recent: RoomEvent[] = [];
  /** Every event after this one is in `recent`. */
  private recentFrom = 0;
  private position: Cursor | undefined;
  hasOlder = false;
  hasNewer = false;

  constructor(private readonly me: () => string | undefined) {}

  /** Everything up to here has been applied. */
  get cursor(): string | undefined {
    return this.position === undefined ? undefined : formatCursor(this.position);
  }

  /** Whether an event has been applied, or belongs to a log that came to its end. */
  hasPassed(epoch: number, seq: number): boolean {
    return this.position !== undefined && (epoch < this.position.epoch || seq <= this.position.seq);
  }

  get messages(): readonly KnownMessage[] {
    return this.window;
  }

  get oldestSeq(): number | undefined {
    return this.window[0]?.message.seq;
  }

  get newestSeq(): number | undefined {
    return this.window.at(-1)?.message.seq;
  }

  find(messageId: string): KnownMessage | undefined {
    return this.byId.get(messageId);
  }

  /** The events to come follow on this cursor. Does nothing when the log has begun already. */
  begin(cursor: string): void {
    if (this.position !== undefined) return;
    this.position = parseCursor(cursor);
    this.recentFrom = this.position.seq;
  }

  /** Forgets the log that the window belongs to: the next page begins another. */
  restart(page: HistoryPage): boolean {
    this.position = parseCursor(page.cursor);
    this.recent = [];
    this.recentFrom = this.position.seq;
    return this.replace(page);
  }

  /** Shows this page alone. Answers false when it is too old to be brought up to date: load it again. */
  replace(page: HistoryPage): boolean {
    if (!this.reaches(page)) return false;
    this.window = [];
    this.byId.clear();
    this.hasOlder = page.prev !== undefined;
    this.hasNewer = page.next !== undefined;
    return this.merge(page);
  }

  prepend(page: HistoryPage): boolean {
    if (!this.reaches(page)) return false;
    this.hasOlder = page.prev !== undefined;
    return this.merge(page);
  }

  append(page: HistoryPage): boolean {
    if (!this.reaches(page)) return false;
    this.hasNewer = page.next !== undefined;
    return this.merge(page);
  }

  /** Takes the next event of the log. */
  apply(event: RoomEvent): void {
    this.begin(formatCursor({ epoch: event.epoch, seq: event.seq - 1 }));
    this.position = { epoch: event.epoch, seq: event.seq };
    this.recent.push(event);
    if (this.recent.length > KEPT_EVENTS * 2) {
      this.recent = this.recent.slice(-KEPT_EVENTS);
      this.recentFrom = (this.recent[0]?.seq ?? 1) - 1;
    }
    this.show(event);
  }

  /** Forgets the oldest messages beyond so many. */
  trim(most: number): void {
    if (this.window.length <= most) return;
    for (const { message } of this.window.splice(0, this.window.length - most)) this.byId.delete(message.messageId);
    this.hasOlder = true;
  }

  /** Forgets the newest messages beyond so many: they can be loaded again. */
  trimNewest(most: number): void {
    if (this.window.length <= most) return;
    for (const { message } of this.window.splice(most)) this.byId.delete(message.messageId);
    this.hasNewer = true;
  }

  private reaches(page: HistoryPage): boolean {
    const { epoch, seq } = parseCursor(page.cursor);
    return this.position === undefined || (epoch === this.position.epoch && seq >= this.recentFrom);
  }

  private merge(page: HistoryPage): boolean {
    const asOf = parseCursor(page.cursor).seq;
    for (const message of page.items) {
      const known = this.byId.get(message.messageId);
      if (known === undefined || known.asOf < asOf) this.put({ message, asOf, redacted: message.text === undefined && message.deletedAt === undefined });
    }
    for (const event of this.recent) if (event.seq > asOf) this.show(event);
    return true;
  }

  private put(known: KnownMessage): void {
    const { messageId, seq } = known.message;
    const isNew = !this.byId.has(messageId);
    this.byId.set(messageId, known);
    let at = this.window.length;
    while (at > 0 && (this.window[at - 1]?.message.seq ?? 0) > seq) at--;
    if (isNew) this.window.splice(at, 0, known);
    else this.window[at - 1] = known;
  }

  private show(event: RoomEvent): void {
    const known = asKnownEvent(event);
    if (known === undefined) return;
    if (known.type === 'message.posted') return this.showPosted(known);
    if (!('messageId' in known.data)) return;
    const before = this.byId.get(known.data.messageId);
    if (before !== undefined && event.seq > before.asOf) this.put({ ...changed(before, known, known.actorId === this.me()), asOf: event.seq });
  }

  private showPosted({ data, seq }: KnownRoomEvent<'message.posted'>): void {
    // Beyond the window's end there are messages that aren't loaded: this one comes with their page.
    if (this.hasNewer || this.byId.has(data.messageId) || seq < (this.oldestSeq ?? 0)) return;
    const { redacted, ...message } = data;
    this.put({ message, asOf: seq, redacted: redacted === true });
  }
}

function changed(known: KnownMessage, event: KnownRoomEvent, isMine: boolean): KnownMessage {
  const { message } = known;
  switch (event.type) {
    case 'message.edited': {
      const { text, mentions, editedAt, redacted } = event.data;
      return { ...known, message: { ...message, text, mentions, editedAt }, redacted: redacted === true };
    }
    case 'message.restored': {
      const { text, mentions, redacted } = event.data;
      return { ...known, message: { ...message, text, mentions, deletedAt: undefined }, redacted: redacted === true };
    }
    case 'message.deleted':
      return { ...known, message: { ...message, text: undefined, attachments: [], deletedAt: event.data.deletedAt }, redacted: false };
    case 'reaction.added':
    case 'reaction.removed':
      return { ...known, message: { ...message, reactions: reacted(message.reactions, event, isMine) } };
    default:
      return known;
  }
}

function reacted(reactions: readonly Reaction[], event: KnownRoomEvent<'reaction.added' | 'reaction.removed'>, isMine: boolean): readonly Reaction[] {
  const { emoji, count } = event.data;
  const before = reactions.find((reaction) => reaction.emoji === emoji);
  const mine = isMine ? event.type === 'reaction.added' : (before?.mine ?? false);
  if (count === 0) return reactions.filter((reaction) => reaction !== before);
  const after: Reaction = { emoji, count, mine };
  return before === undefined ? [...reactions, after] : reactions.map((reaction) => (reaction === before ? after : reaction));
}
