import { formatCursor, parseCursor } from './cursor';
import { type Unsubscribe } from './emitter';
import { AgentChatError } from './errors';
import { type KeptAnswers } from './kept-answers';
import { keptHistory, type MessagesApi, type HistoryOptions } from './messages-api';
import { type Outbox } from './outbox';
import { type OutboxEntry, type SendState } from './outbox-store';
import { type RoomEvent } from './room-events';
import { type SubscriptionState } from './room-subscription';
import { type KnownMessage, TimelineLog } from './timeline-log';
import { type HistoryPage, type Message, type Posted } from './types';

/** One row of a timeline: a stored message, or one of one's own on its way. */
export interface TimelineItem extends Omit<Message, 'messageId' | 'seq'> {
  /** Stays the same when a message of one's own becomes a stored one: a key for rows. */
  readonly id: string;
  /** Absent until stored. */
  readonly messageId: string | undefined;
  /** Absent until stored. */
  readonly seq: number | undefined;
  /** `sent` for every stored message. */
  readonly state: SendState;
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** The text was erased. */
  readonly redacted: boolean;
}

/** What there is to show of a room; a new object after each change, with the same items where nothing changed. */
export interface TimelineSnapshot {
  /** Oldest first. */
  readonly items: readonly TimelineItem[];
  /** Earlier messages exist. */
  readonly hasOlder: boolean;
  /** Later messages exist that aren't loaded (after `loadAround`): live messages are not shown until they are. */
  readonly hasNewer: boolean;
  readonly loading: 'window' | 'older' | 'newer' | undefined;
  /** Whether the room is followed live. */
  readonly state: SubscriptionState;
  /** Why loading failed, or why the room can't be read. */
  readonly error: AgentChatError | undefined;
}

/** What a timeline is built from. */
export interface TimelineDependencies {
  readonly roomId: string;
  readonly messages: MessagesApi;
  readonly outbox: () => Outbox | undefined;
  readonly me: () => string | undefined;
  readonly kept?: KeptAnswers | undefined;
  readonly pageSize: number;
  /** Messages beyond so many are forgotten at the other end of the window (and can be loaded again). */
  readonly maxMessages: number;
}

const STALE_PAGE_ATTEMPTS = 3;

/** The messages of one room for a user interface: pages, live events and one's own messages on their way, in one immutable list. */
export class RoomTimeline {
  private readonly log: TimelineLog;
  private readonly listeners = new Set<() => void>();
  private readonly items = new WeakMap<KnownMessage | OutboxEntry, TimelineItem>();
  /** Written here: known by their key also once stored. */
  private readonly ownKeys = new Set<string>();
  /** Stored, but not yet seen in the log. */
  private readonly justPosted = new Map<string, { readonly entry: OutboxEntry; readonly posted: Posted }>();
  private snapshot: TimelineSnapshot | undefined;
  private notifying = false;
  private loading: TimelineSnapshot['loading'];
  private state: SubscriptionState = 'waiting';
  private error: AgentChatError | undefined;
  private turn = 0;
  private isLoaded = false;

  constructor(private readonly dependencies: TimelineDependencies) {
    this.log = new TimelineLog(dependencies.me);
  }

  /** No page was loaded yet. */
  get isEmpty(): boolean {
    return !this.isLoaded;
  }

  readonly subscribe = (listener: () => void): Unsubscribe => {
    const own = (): void => listener();
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  };

  readonly getSnapshot = (): TimelineSnapshot => {
    this.snapshot ??= this.build();
    return this.snapshot;
  };

  /** Reads the newest page anew; answers the cursor to follow the room from. For the subscription. */
  async restart(): Promise<string> {
    // It replaces whatever else is being loaded: that belongs to the log that came to its end.
    return this.load('window', {}, (page) => this.log.restart(page), true);
  }

  /** Shows the newest messages again. */
  async loadLatest(): Promise<void> {
    await this.load('window', {}, (page) => this.log.replace(page));
  }

  /** Shows the messages around a seq or an ISO date. */
  async loadAround(around: number | string): Promise<void> {
    await this.load('window', { around }, (page) => this.log.replace(page));
  }

  /** Adds the page before the first message. Does nothing without one. */
  async loadOlder(): Promise<void> {
    const { oldestSeq } = this.log;
    if (!this.log.hasOlder || oldestSeq === undefined || this.loading !== undefined) return;
    await this.load('older', { before: oldestSeq }, (page) => this.log.prepend(page) && this.bounded('newest'));
  }

  /** Adds the page after the last message. Does nothing without one. */
  async loadNewer(): Promise<void> {
    const { newestSeq } = this.log;
    if (!this.log.hasNewer || newestSeq === undefined || this.loading !== undefined) return;
    await this.load('newer', { after: newestSeq }, (page) => this.log.append(page) && this.bounded('oldest'));
  }

  /** The events to come follow on this cursor. For the subscription. */
  begin(cursor: string): void {
    this.log.begin(cursor);
  }

  /** Takes the next event of the room. For the subscription. */
  apply(event: RoomEvent): void {
    this.log.apply(event);
    if (!this.log.hasNewer) {
      this.log.trim(this.dependencies.maxMessages);
      this.dependencies.kept?.keepSoon(keptHistory(this.dependencies.roomId), () => this.newestPage());
    }
    this.changed();
  }

  /** For the subscription. */
  follow(state: SubscriptionState, error?: AgentChatError): void {
    this.state = state;
    if (error !== undefined || state === 'live') this.error = error;
    this.changed();
  }

  /** One's own messages changed. For the room. */
  outboxChanged(): void {
    this.changed();
  }

  /** One of one's own messages was stored, maybe before its event came. For the room. */
  outboxPosted(entry: OutboxEntry, posted: Posted): void {
    this.ownKeys.add(entry.clientMsgId);
    if (!this.log.hasPassed(posted.epoch, posted.seq)) this.justPosted.set(entry.clientMsgId, { entry, posted });
    this.changed();
  }

  /** However far somebody scrolls, the window stays as large: what they came from is forgotten. */
  private bounded(end: 'newest' | 'oldest'): true {
    if (end === 'newest') this.log.trimNewest(this.dependencies.maxMessages);
    else this.log.trim(this.dependencies.maxMessages);
    return true;
  }

  private async load(what: 'window' | 'older' | 'newer', options: HistoryOptions, take: (page: HistoryPage) => boolean, always = false): Promise<string> {
    let turn = ++this.turn;
    this.loading = what;
    this.changed();
    try {
      for (let attempt = 0; ; attempt++) {
        const page = await this.dependencies.messages.history(this.dependencies.roomId, {
          limit: this.dependencies.pageSize,
          atLeast: this.seen(),
          ...options,
        });
        // Another window was asked for meanwhile: this page would not fit.
        if (always) turn = ++this.turn;
        if (turn !== this.turn) return page.cursor;
        if (take(page)) {
          this.isLoaded = true;
          return page.cursor;
        }
        if (attempt >= STALE_PAGE_ATTEMPTS) throw new AgentChatError('UNAVAILABLE', { message: 'The history is behind what is known already' });
      }
    } catch (thrown) {
      const error = AgentChatError.from(thrown);
      if (turn === this.turn) this.error = error;
      throw error;
    } finally {
      if (turn === this.turn) {
        this.loading = undefined;
        this.changed();
      }
    }
  }

  /** What the server would answer now, as far as this client knows; undefined where it doesn't. */
  private newestPage(): HistoryPage | undefined {
    const { cursor, hasNewer, hasOlder, messages } = this.log;
    if (!this.isLoaded || hasNewer || cursor === undefined) return undefined;
    const items = messages.slice(-this.dependencies.pageSize).map(({ message }) => message);
    const isPart = hasOlder || items.length < messages.length;
    return { items, cursor, prev: isPart && items[0] !== undefined ? String(items[0].seq) : undefined };
  }

  /** The newest that this client knows of the room: a page must not be older, not even by one's own message whose event is still to come. */
  private seen(): string | undefined {
    const { cursor } = this.log;
    const known = cursor === undefined ? [] : [parseCursor(cursor)];
    for (const { posted } of this.justPosted.values()) known.push({ epoch: posted.epoch, seq: posted.seq });
    const [newest] = known.sort((one, other) => other.epoch - one.epoch || other.seq - one.seq);
    return newest === undefined ? undefined : formatCursor(newest);
  }

  /** Listeners hear once of many changes in a row. */
  private changed(): void {
    this.snapshot = undefined;
    if (this.notifying) return;
    this.notifying = true;
    queueMicrotask(() => {
      this.notifying = false;
      for (const listener of [...this.listeners]) listener();
    });
  }

  private build(): TimelineSnapshot {
    const stored = this.log.messages.map((known) => this.stored(known));
    const { hasOlder, hasNewer } = this.log;
    return { items: hasNewer ? stored : [...stored, ...this.onTheirWay()], hasOlder, hasNewer, loading: this.loading, state: this.state, error: this.error };
  }

  private onTheirWay(): TimelineItem[] {
    for (const [key, { posted }] of this.justPosted) if (this.log.hasPassed(posted.epoch, posted.seq)) this.justPosted.delete(key);
    const me = this.dependencies.me();
    const shown = new Set(this.log.messages.slice(-200).flatMap(({ message }) => (message.authorId === me ? [message.clientMsgId] : [])));
    const posted = [...this.justPosted.values()].map(({ entry, posted: { messageId, seq } }) => ({
      ...this.local(entry),
      messageId,
      seq,
      state: 'sent' as const,
    }));
    const waiting = (this.dependencies.outbox()?.of(this.dependencies.roomId) ?? []).map((entry) => this.local(entry));
    return [...posted, ...waiting].filter((item) => !shown.has(item.clientMsgId));
  }

  private stored(known: KnownMessage): TimelineItem {
    const made = this.items.get(known);
    if (made !== undefined) return made;
    const { message, redacted } = known;
    const isOwn = message.authorId === this.dependencies.me() && this.ownKeys.has(message.clientMsgId);
    const item: TimelineItem = { ...message, id: isOwn ? message.clientMsgId : message.messageId, state: 'sent', redacted };
    this.items.set(known, item);
    return item;
  }

  private local(entry: OutboxEntry): TimelineItem {
    const made = this.items.get(entry);
    if (made !== undefined) return made;
    this.ownKeys.add(entry.clientMsgId);
    const item: TimelineItem = {
      id: entry.clientMsgId,
      messageId: undefined,
      seq: undefined,
      roomId: entry.roomId,
      authorId: this.dependencies.me() ?? '',
      clientMsgId: entry.clientMsgId,
      text: entry.text,
      createdAt: new Date(entry.createdAtMs).toISOString(),
      replyTo: entry.replyTo,
      reactions: [],
      attachments: entry.attachments ?? [],
      mentions: [],
      state: entry.state,
      error: entry.error,
      redacted: false,
    };
    this.items.set(entry, item);
    return item;
  }
}
