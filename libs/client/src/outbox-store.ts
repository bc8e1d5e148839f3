import { AgentChatError } from './errors';
import { type RunLocked } from './locks';
import { type ClientStorage } from './storage';
import { type Attachment, type Posted } from './types';

/** How far a message of one's own has come. */
export type SendState = 'pending' | 'sent' | 'failed' | 'needs-confirmation';

/** A message that waits to be sent, as stored. */
export interface OutboxEntry {
  /** Its idempotency key, the same in each attempt. */
  readonly clientMsgId: string;
  readonly roomId: string;
  readonly text: string;
  readonly replyTo?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** Milliseconds since the Unix epoch; since when the person wants it to be sent. */
  readonly createdAtMs: number;
  readonly state: Exclude<SendState, 'sent'>;
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** The client (a tab) that made it. */
  readonly owner: string;
  /** It is stored in the room; left for its owner to see. */
  readonly posted?: Posted | undefined;
}

/** The entries, and those of `own` that are not among them, each before the next one of `own` that is: the order of writing stays. */
export function withOwn(entries: readonly OutboxEntry[], own: readonly OutboxEntry[]): readonly OutboxEntry[] {
  const has = ({ clientMsgId }: OutboxEntry): boolean => entries.some((entry) => entry.clientMsgId === clientMsgId);
  if (own.every(has)) return entries;
  const missing: OutboxEntry[] = [];
  const next = new Map<string, readonly OutboxEntry[]>();
  for (const entry of own) {
    if (has(entry)) next.set(entry.clientMsgId, missing.splice(0));
    else missing.push(entry);
  }
  return [...entries.flatMap((entry) => [...(next.get(entry.clientMsgId) ?? []), entry]), ...missing];
}

/** Keeps the entries of one person in the storage that all tabs share. When the storage fails, in this heap alone. */
export class OutboxStore {
  private fallback: readonly OutboxEntry[] | undefined;

  constructor(
    private readonly key: string,
    private readonly storage: ClientStorage,
    private readonly lock: RunLocked,
    private readonly onError: (error: AgentChatError) => void,
  ) {}

  /** Oldest first. */
  async read(): Promise<readonly OutboxEntry[]> {
    if (this.fallback !== undefined) return this.fallback;
    const text = await this.storage.get(this.key);
    if (typeof text !== 'string') return [];
    try {
      return JSON.parse(text) as readonly OutboxEntry[];
    } catch {
      // Somebody else's value: as good as none.
      return [];
    }
  }

  /**
   * Reads, changes and writes while no other tab does. Never rejects. What another tab wrote a moment ago may be missing nevertheless, and lost by
   * this: a browser tells its processes of changes of `localStorage` when it comes to it, whatever they lock.
   */
  async update(change: (entries: readonly OutboxEntry[]) => readonly OutboxEntry[]): Promise<void> {
    await this.lock(this.key, async () => {
      let entries: readonly OutboxEntry[] = [];
      try {
        entries = change(await this.read());
        if (this.fallback !== undefined) this.fallback = entries;
        else if (entries.length === 0) await this.storage.remove(this.key);
        else await this.storage.set(this.key, JSON.stringify(entries));
      } catch (error) {
        // A full storage must not keep anybody from sending.
        this.fallback = entries;
        this.onError(AgentChatError.from(error));
      }
    });
  }
}
