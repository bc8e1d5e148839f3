import { type Environment } from './clock';
import { type LiveRequest } from './live-rooms';
import { Store, type ReadableStore } from './store';
import { type Unsubscribe } from './emitter';
import { type Typing } from './types';

const SEND_EVERY_MS = 3_000;
/** Without word that somebody still types, they have stopped. */
const EXPIRES_AFTER_MS = 6_000;

/** Who types in one room. Best effort. */
export class RoomTyping implements ReadableStore<readonly string[]> {
  private readonly store: Store<readonly string[]>;
  private readonly expiries = new Map<string, () => void>();
  private sentAtMs: number | undefined;

  constructor(
    private readonly roomId: string,
    private readonly request: LiveRequest,
    private readonly environment: Environment,
    onFailure: (error: unknown) => void,
  ) {
    this.store = new Store<readonly string[]>([], onFailure);
  }

  /** The userIds of those who type now. */
  readonly getSnapshot = (): readonly string[] => this.store.getSnapshot();

  readonly subscribe = (listener: () => void): Unsubscribe => this.store.subscribe(listener);

  /** Says that oneself types (at most each 3 s, call it with each key stroke) or has stopped. */
  set(typing: boolean): void {
    const nowMs = this.environment.nowMs();
    if (typing ? nowMs - (this.sentAtMs ?? -Infinity) < SEND_EVERY_MS : this.sentAtMs === undefined) return;
    this.sentAtMs = typing ? nowMs : undefined;
    // Nobody misses one of these.
    this.request('typing.set', { roomId: this.roomId, typing }).catch(() => undefined);
  }

  /** A sent message ends its author's typing. */
  stopped(userId: string, isMe: boolean): void {
    if (isMe) this.sentAtMs = undefined;
    this.receive({ roomId: this.roomId, userId, typing: false });
  }

  receive({ userId, typing }: Typing): void {
    this.expiries.get(userId)?.();
    this.expiries.delete(userId);
    const before = this.getSnapshot();
    if (typing)
      this.expiries.set(
        userId,
        this.environment.after(EXPIRES_AFTER_MS, () => this.receive({ roomId: this.roomId, userId, typing: false })),
      );
    if (typing === before.includes(userId)) return;
    this.store.set(typing ? [...before, userId] : before.filter((other) => other !== userId));
  }

  close(): void {
    for (const cancel of this.expiries.values()) cancel();
    this.expiries.clear();
  }
}
