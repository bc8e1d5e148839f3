import { backoffMs } from './backoff';
import { type Environment } from './clock';
import { Emitter, type Unsubscribe } from './emitter';
import { AgentChatError } from './errors';
import { type RunLocked } from './locks';
import { withOwn, type OutboxEntry, type OutboxStore } from './outbox-store';
import { type Attachment, type Posted } from './types';

/** A message as the person wrote it. */
export interface Draft {
  /** May be empty where there are attachments. */
  readonly text: string;
  /** Complete uploads of one's own for this room, up to 10. */
  readonly attachments?: readonly Attachment[] | undefined;
  /** A messageId. */
  readonly replyTo?: string | undefined;
}

/** A message on its way. */
export interface LocalMessage {
  /** Names it in `retry` and `discard`, and in the room's events. */
  readonly clientMsgId: string;
  /** Resolves once the message is stored in the room; rejects when it is refused or discarded. Needs no handler. */
  readonly stored: Promise<Posted>;
}

/** What an outbox is built from. */
export interface OutboxDependencies {
  readonly store: OutboxStore;
  readonly environment: Environment;
  readonly lock: RunLocked;
  /** Names the locks; the same in all tabs of that person. */
  readonly name: string;
  /** Sends; rejects with `AgentChatError`. */
  readonly post: (entry: OutboxEntry) => Promise<Posted>;
  readonly onError: (error: AgentChatError) => void;
}

interface OutboxEvents {
  /** Something in that room's entries changed. */
  changed: string;
  posted: { readonly entry: OutboxEntry; readonly posted: Posted };
}

interface Promised {
  readonly promise: Promise<Posted>;
  readonly resolve: (posted: Posted) => void;
  readonly reject: (error: AgentChatError) => void;
}

const DAY_MS = 86_400_000;
/** The server forgets keys after 7 days: from here on sending again might double. */
const CONFIRM_AFTER_MS = 6 * DAY_MS;
const BACKOFF = { baseMs: 500, capMs: 30_000 };
/** Not the message's fault: it waits. */
const WAIT = new Set(['SIGNED_OUT', 'UNAUTHENTICATED', 'CLOSED']);

/**
 * Sends one's own messages, each exactly once, in the order of writing within a room: one in flight a room, the same key in each attempt, kept
 * in the storage until stored in the room. Tabs that share a storage take turns by a lock a room; whoever has the turn sends for all.
 */
export class Outbox {
  private readonly entries = new Map<string, OutboxEntry>();
  private readonly promises = new Map<string, Promised>();
  /** Ends the wait for the answer of what the room's log has shown already. */
  private readonly seen = new Map<string, (posted: Posted) => void>();
  private readonly draining = new Map<string, { again: boolean }>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, () => void>();
  /** By room, the time that the server asked to be given. */
  private readonly notBeforeMs = new Map<string, number>();
  private readonly emitter: Emitter<OutboxEvents>;
  private readonly owner: string;
  private isClosed = false;

  constructor(private readonly dependencies: OutboxDependencies) {
    this.owner = dependencies.environment.newKey();
    this.emitter = new Emitter((error) => dependencies.onError(AgentChatError.from(error)));
  }

  /** Takes over what an earlier page load left. */
  async load(): Promise<void> {
    const { environment, store } = this.dependencies;
    const isOver = (entry: OutboxEntry): boolean => entry.posted !== undefined && environment.nowMs() - entry.createdAtMs > DAY_MS;
    await store.update((entries) => entries.filter((entry) => !isOver(entry)));
    for (const entry of await store.read()) {
      if (entry.posted === undefined && !this.entries.has(entry.clientMsgId)) this.keep(entry);
    }
    this.wake();
  }

  /** What waits or failed in a room, in order. */
  of(roomId: string): OutboxEntry[] {
    return [...this.entries.values()].filter((entry) => entry.roomId === roomId);
  }

  on<Name extends keyof OutboxEvents>(name: Name, listener: (body: OutboxEvents[Name]) => void): Unsubscribe {
    return this.emitter.on(name, listener);
  }

  add(roomId: string, draft: Draft): LocalMessage {
    const { environment, store } = this.dependencies;
    const entry: OutboxEntry = { clientMsgId: environment.newKey(), roomId, ...draft, createdAtMs: environment.nowMs(), state: 'pending', owner: this.owner };
    this.keep(entry);
    const { promise } = this.promiseOf(entry.clientMsgId);
    void store.update((entries) => [...entries, entry]).then(() => this.drain(roomId));
    return { clientMsgId: entry.clientMsgId, stored: promise };
  }

  /** Sends what failed, or what was too old to be sent unasked, at the end of the line. */
  async retry(clientMsgId: string): Promise<void> {
    const entry = this.entries.get(clientMsgId);
    if (entry === undefined || entry.state === 'pending') return;
    const { store, environment } = this.dependencies;
    const again: OutboxEntry = { ...entry, state: 'pending', error: undefined, createdAtMs: environment.nowMs(), owner: this.owner };
    this.entries.delete(clientMsgId);
    this.keep(again);
    await store.update((entries) => [...entries.filter((other) => other.clientMsgId !== clientMsgId), again]);
    this.drain(entry.roomId);
  }

  /** Forgets a message. One that is being sent at this moment may still be stored. */
  async discard(clientMsgId: string): Promise<void> {
    this.forget(clientMsgId);
    this.reject(clientMsgId, new AgentChatError('DISCARDED', { message: 'The message was discarded' }));
    await this.dependencies.store.update((entries) => entries.filter((entry) => entry.clientMsgId !== clientMsgId));
  }

  /** The room's log shows the message: it is stored, whatever became of the answer. */
  settle(clientMsgId: string, posted: Posted): void {
    const entry = this.entries.get(clientMsgId);
    if (entry === undefined) return;
    void this.finish(entry, posted);
    this.seen.get(clientMsgId)?.(posted);
  }

  /** Sends what waits: connected again, or signed in. */
  wake(): void {
    this.failures.clear();
    this.notBeforeMs.clear();
    for (const roomId of new Set([...this.entries.values()].map((entry) => entry.roomId))) this.drain(roomId);
  }

  close(): void {
    this.isClosed = true;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }

  private drain(roomId: string): void {
    const running = this.draining.get(roomId);
    if (running !== undefined) {
      running.again = true;
      return;
    }
    // The server has named a time, and its timer runs: what is written meanwhile waits with the rest.
    if (this.isClosed || this.dependencies.environment.nowMs() < (this.notBeforeMs.get(roomId) ?? 0)) return;
    this.notBeforeMs.delete(roomId);
    this.timers.get(roomId)?.();
    this.timers.delete(roomId);
    const state = { again: false };
    this.draining.set(roomId, state);
    const { lock, name, onError } = this.dependencies;
    lock(`${name}:${roomId}`, () => this.sendAll(roomId))
      .catch((error: unknown) => onError(AgentChatError.from(error)))
      .finally(() => {
        this.draining.delete(roomId);
        if (state.again) this.drain(roomId);
      });
  }

  private async sendAll(roomId: string): Promise<void> {
    while (!this.isClosed) {
      const entry = await this.next(roomId);
      if (entry === undefined || !(await this.send(entry))) return;
    }
  }

  /** The first of the room that is to be sent, whichever tab wrote it. Learns what other tabs have done. */
  private async next(roomId: string): Promise<OutboxEntry | undefined> {
    const stored = (await this.complete(roomId)).filter((entry) => entry.roomId === roomId);
    for (const entry of stored) await this.learn(entry);
    const nowMs = this.dependencies.environment.nowMs();
    for (const entry of stored) {
      if (entry.state !== 'pending' || entry.posted !== undefined) continue;
      if (nowMs - entry.createdAtMs <= CONFIRM_AFTER_MS) return entry;
      await this.mark({ ...entry, state: 'needs-confirmation' });
    }
    return undefined;
  }

  /** Another tab, which had the turn, has stored one in the room, or was refused. */
  private async learn(entry: OutboxEntry): Promise<void> {
    const known = this.entries.get(entry.clientMsgId);
    if (known === undefined) return;
    if (entry.posted !== undefined) return this.finish(entry, entry.posted);
    if (known.state === entry.state) return;
    this.keep(entry);
    if (entry.state === 'failed') this.reject(entry.clientMsgId, new AgentChatError(entry.error?.code ?? 'INTERNAL', { message: entry.error?.message }));
  }

  /** What is stored. What this tab wrote and another one has overwritten since, without having seen it, is stored again. */
  private async complete(roomId: string): Promise<readonly OutboxEntry[]> {
    const { store } = this.dependencies;
    const own = (): OutboxEntry[] => this.of(roomId).filter(({ owner, state }) => owner === this.owner && state === 'pending');
    const stored = await store.read();
    if (withOwn(stored, own()) === stored) return stored;
    // What is being stored at this moment is there by then.
    await store.update((entries) => withOwn(entries, own()));
    return store.read();
  }

  /** Whether the next one may follow. */
  private async send(entry: OutboxEntry): Promise<boolean> {
    const { clientMsgId, roomId } = entry;
    const seen = new Promise<Posted>((resolve) => this.seen.set(clientMsgId, resolve));
    try {
      const posted = await Promise.race([this.dependencies.post(entry), seen]);
      this.failures.delete(roomId);
      await this.finish(entry, posted);
      return true;
    } catch (thrown) {
      const error = AgentChatError.from(thrown);
      if (error.retryable || WAIT.has(error.code)) {
        this.later(roomId, error);
        return false;
      }
      await this.mark({ ...entry, state: 'failed', error: { code: error.code, message: error.message } });
      this.reject(clientMsgId, error);
      return true;
    } finally {
      this.seen.delete(clientMsgId);
    }
  }

  private later(roomId: string, error: AgentChatError): void {
    const failures = this.failures.get(roomId) ?? 0;
    this.failures.set(roomId, failures + 1);
    const { environment } = this.dependencies;
    const delayMs = backoffMs(failures, BACKOFF, environment.random, error.retryAfterMs);
    if (error.retryAfterMs !== undefined) this.notBeforeMs.set(roomId, environment.nowMs() + error.retryAfterMs);
    this.timers.get(roomId)?.();
    this.timers.set(
      roomId,
      environment.after(delayMs, () => this.drain(roomId)),
    );
  }

  private async finish(entry: OutboxEntry, posted: Posted): Promise<void> {
    const isOwn = entry.owner === this.owner;
    if (this.entries.has(entry.clientMsgId)) {
      this.forget(entry.clientMsgId);
      this.emitter.emit('posted', { entry, posted });
    }
    this.promises.get(entry.clientMsgId)?.resolve(posted);
    this.promises.delete(entry.clientMsgId);
    await this.dependencies.store.update((entries) =>
      entries.flatMap((other) => {
        if (other.clientMsgId !== entry.clientMsgId) return [other];
        return isOwn ? [] : [{ ...other, posted }];
      }),
    );
  }

  private async mark(entry: OutboxEntry): Promise<void> {
    if (this.entries.has(entry.clientMsgId)) this.keep(entry);
    await this.dependencies.store.update((entries) => entries.map((other) => (other.clientMsgId === entry.clientMsgId ? entry : other)));
  }

  private keep(entry: OutboxEntry): void {
    this.entries.set(entry.clientMsgId, entry);
    this.emitter.emit('changed', entry.roomId);
  }

  private forget(clientMsgId: string): void {
    const entry = this.entries.get(clientMsgId);
    if (entry !== undefined && this.entries.delete(clientMsgId)) this.emitter.emit('changed', entry.roomId);
  }

  private reject(clientMsgId: string, error: AgentChatError): void {
    this.promises.get(clientMsgId)?.reject(error);
    this.promises.delete(clientMsgId);
  }

  private promiseOf(clientMsgId: string): Promised {
    let settle: Pick<Promised, 'resolve' | 'reject'> | undefined;
    const promise = new Promise<Posted>((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Nobody has to wait for it: the state of the message tells the same.
    promise.catch(() => undefined);
    const promised = { promise, resolve: (posted: Posted) => settle?.resolve(posted), reject: (error: AgentChatError) => settle?.reject(error) };
    this.promises.set(clientMsgId, promised);
    return promised;
  }
}
