import { AppError, type Clock } from '@agent-chat/kernel';

interface Entry<Value> {
  value: Value;
  expiresAtMs: number;
}

/** How many old entries each new one looks at: two for one, so that the lapsed can never outnumber the living for long. */
const SWEPT_PER_INSERT = 2;

/** A bounded map whose entries lapse. It holds no timer: an entry past its time is never answered, and goes when others come. */
export class ExpiringMap<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private sweep: IterableIterator<[string, Entry<Value>]> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly maxEntries: number,
  ) {}

  /** How many entries are held, lapsed ones included. */
  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    return entry && this.lives(entry) ? entry.value : undefined;
  }

  /** When a living entry lapses. */
  expiresAtMs(key: string): number | undefined {
    const entry = this.entries.get(key);
    return entry && this.lives(entry) ? entry.expiresAtMs : undefined;
  }

  /** Throws UNAVAILABLE when it is full of entries that live. */
  set(key: string, value: Value, expiresAtMs: number): void {
    const entry = this.entries.get(key);
    if (entry) {
      entry.value = value;
      entry.expiresAtMs = expiresAtMs;
      return;
    }
    this.sweepSome(SWEPT_PER_INSERT);
    if (this.entries.size >= this.maxEntries) this.sweepSome(this.entries.size);
    if (this.entries.size >= this.maxEntries) throw new AppError('UNAVAILABLE', { detail: 'The store is full' });
    this.entries.set(key, { value, expiresAtMs });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** The living entries. */
  live(): Map<string, Value> {
    const living = [...this.entries].filter(([, entry]) => this.lives(entry));
    return new Map(living.map(([key, { value }]) => [key, value]));
  }

  clear(): void {
    this.entries.clear();
    this.sweep = undefined;
  }

  /** Goes on where the last sweep ended: a Map's iterator stays valid while entries come and go. */
  private sweepSome(count: number): void {
    for (let looked = 0; looked < count; looked++) {
      this.sweep ??= this.entries.entries();
      const next = this.sweep.next();
      if (next.done) this.sweep = undefined;
      else if (!this.lives(next.value[1])) this.entries.delete(next.value[0]);
    }
  }

  private lives(entry: Entry<Value>): boolean {
    return this.clock.nowMs() < entry.expiresAtMs;
  }
}
