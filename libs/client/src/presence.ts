import { AgentChatError } from './errors';
import { type LiveRequest } from './live-rooms';
import { Store, type ReadableStore } from './store';
import { type EphemeralItem, type Presence } from './types';
import { type Unsubscribe } from './emitter';

/** Presence by userId, of those who are watched. */
export type PresenceSnapshot = ReadonlyMap<string, Presence>;

const MAX_WATCHED = 200;

/** Who is there. Best effort: may be late or lost, and is asked for again after each reconnect. */
export class PresenceStore implements ReadableStore<PresenceSnapshot> {
  private readonly store: Store<PresenceSnapshot>;
  /** How many watch each. */
  private readonly watched = new Map<string, number>();
  private own: { readonly status: 'online' | 'away'; readonly text?: string } | undefined;
  private isConnected = false;
  private isAsking = false;

  constructor(
    private readonly request: LiveRequest,
    private readonly onError: (error: AgentChatError) => void,
  ) {
    this.store = new Store<PresenceSnapshot>(new Map(), (error) => onError(AgentChatError.from(error)));
  }

  readonly getSnapshot = (): PresenceSnapshot => this.store.getSnapshot();

  readonly subscribe = (listener: () => void): Unsubscribe => this.store.subscribe(listener);

  /** Follows these people until the answered function is called. At most 200 at once; the newest count. */
  watch(userIds: readonly string[]): Unsubscribe {
    for (const userId of userIds) this.watched.set(userId, (this.watched.get(userId) ?? 0) + 1);
    this.ask();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      for (const userId of userIds) this.release(userId);
      this.ask();
    };
  }

  /** Says how oneself is. */
  set(status: 'online' | 'away', text?: string): void {
    this.own = { status, ...(text === undefined ? {} : { text }) };
    this.tell('presence.set', this.own);
  }

  connected(): void {
    this.isConnected = true;
    if (this.own !== undefined) this.tell('presence.set', this.own);
    if (this.watched.size > 0) this.ask();
  }

  disconnected(): void {
    this.isConnected = false;
  }

  receive(items: readonly EphemeralItem[]): void {
    const news = items.filter((item) => item.type === 'presence');
    if (news.length === 0) return;
    const next = new Map(this.getSnapshot());
    for (const { type: _, ...presence } of news) next.set(presence.userId, presence);
    this.store.set(next);
  }

  private release(userId: string): void {
    const count = (this.watched.get(userId) ?? 1) - 1;
    if (count > 0) this.watched.set(userId, count);
    else this.watched.delete(userId);
  }

  /** One call for all that changed at once. */
  private ask(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    queueMicrotask(() => {
      this.isAsking = false;
      this.tell('presence.watch', { userIds: [...this.watched.keys()].slice(-MAX_WATCHED) });
    });
  }

  private tell(call: string, body: unknown): void {
    if (!this.isConnected) return;
    this.request(call, body).then(
      (answer) => {
        const { presences } = answer as { presences?: readonly Presence[] };
        if (presences !== undefined) this.receive(presences.map((presence) => ({ type: 'presence', ...presence })));
      },
      (error: unknown) => this.onError(AgentChatError.from(error)),
    );
  }
}
