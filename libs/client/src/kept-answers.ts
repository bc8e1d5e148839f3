import { type Environment } from './clock';
import { type ClientStorage } from './storage';

/** What answers are kept with. */
export interface KeptAnswersDependencies {
  readonly storage: ClientStorage;
  readonly environment: Environment;
  /** Begins the names of what is stored. */
  readonly prefix: string;
  readonly me: () => string | undefined;
  /** Certainly without a network. Default: as the browser says. */
  readonly isOffline?: () => boolean;
}

/** What changes with every event is stored at most so often. */
const SOON_MS = 3_000;

function browserIsOffline(): boolean {
  return (globalThis as { readonly navigator?: { readonly onLine?: boolean } }).navigator?.onLine === false;
}

/** The last answer to each of certain reads, for when the server can't be reached. A person's own: nobody else who signs in sees it. A storage that fails keeps nothing. */
export class KeptAnswers {
  private readonly waiting = new Map<string, () => unknown>();

  constructor(private readonly dependencies: KeptAnswersDependencies) {}

  /** There is no use in asking the server. */
  get isOffline(): boolean {
    return (this.dependencies.isOffline ?? browserIsOffline)();
  }

  /** The answer that was kept, marked as such; undefined where there is none. */
  async find(name: string): Promise<object | undefined> {
    try {
      const text = await this.dependencies.storage.get(this.key(name));
      const answer: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
      return typeof answer === 'object' && answer !== null ? { ...answer, kept: true } : undefined;
    } catch {
      return undefined;
    }
  }

  keep(name: string, answer: unknown): void {
    if (this.dependencies.me() !== undefined) void this.write(this.key(name), answer);
  }

  /** Keeps what `make` gives in a while. Asked for again before that, the newer `make` is used. */
  keepSoon(name: string, make: () => unknown): void {
    const me = this.dependencies.me();
    if (me === undefined) return;
    const key = this.key(name);
    const isWaiting = this.waiting.has(key);
    this.waiting.set(key, make);
    if (isWaiting) return;
    this.dependencies.environment.after(SOON_MS, () => {
      const last = this.waiting.get(key);
      this.waiting.delete(key);
      // Whoever has signed out meanwhile has had everything forgotten.
      if (this.dependencies.me() === me) void this.write(key, last?.());
    });
  }

  private key(name: string): string {
    return `${this.dependencies.prefix}:kept:${this.dependencies.me() ?? ''}:${name}`;
  }

  private async write(key: string, answer: unknown): Promise<void> {
    try {
      if (answer !== undefined) await this.dependencies.storage.set(key, JSON.stringify(answer));
    } catch {
      // Nothing depends on it.
    }
  }
}
