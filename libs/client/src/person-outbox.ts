import { type Environment } from './clock';
import { AgentChatError } from './errors';
import { type RunLocked } from './locks';
import { Outbox } from './outbox';
import { OutboxStore, type OutboxEntry } from './outbox-store';
import { type ClientStorage } from './storage';
import { type Posted } from './types';

/** What a person's outbox is made of. */
export interface PersonOutboxDependencies {
  readonly storage: ClientStorage;
  readonly environment: Environment;
  readonly lock: RunLocked;
  /** Before the names of what is stored. */
  readonly prefix: string;
  readonly post: (entry: OutboxEntry) => Promise<Posted>;
  readonly onError: (error: AgentChatError) => void;
  readonly onOpened: (outbox: Outbox) => void;
}

/** The outbox of whoever is signed in. Each person has one of their own, so that nobody sends what another one wrote. */
export class PersonOutbox {
  private open: { readonly userId: string; readonly outbox: Outbox; readonly loaded: Promise<void> } | undefined;

  constructor(private readonly dependencies: PersonOutboxDependencies) {}

  get current(): Outbox | undefined {
    return this.open?.outbox;
  }

  /** Resolves once it has taken over what was not sent yet. */
  async loaded(): Promise<void> {
    await this.open?.loaded;
  }

  /** Somebody signed in or out. True if the one before is gone; what that one wrote stays in the storage. */
  changeTo(userId: string | undefined): boolean {
    const isGone = this.open !== undefined && this.open.userId !== userId;
    if (isGone) {
      this.close();
      this.open = undefined;
    }
    if (userId !== undefined && this.open === undefined) this.openFor(userId);
    return isGone;
  }

  close(): void {
    this.open?.outbox.close();
  }

  private openFor(userId: string): void {
    const { environment, lock, storage, prefix, post, onError, onOpened } = this.dependencies;
    const name = `${prefix}:outbox:${userId}`;
    const outbox = new Outbox({ store: new OutboxStore(name, storage, lock, onError), environment, lock, name, post, onError });
    const loaded = outbox.load().catch((error: unknown) => onError(AgentChatError.from(error)));
    this.open = { userId, outbox, loaded };
    onOpened(outbox);
  }
}
