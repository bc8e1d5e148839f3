import { type Clock } from '@agent-chat/kernel';
import { type Cache as Tier, createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { Cache } from '../../cache.port';
import { LruEntries } from './lru-entries';

export interface InMemoryCacheOptions {
  readonly clock: Clock;
  /** Beyond this many, what was used longest ago is forgotten. */
  readonly maxEntries?: number;
}

/** What is kept: the value as JSON text, so that each reader gets its own copy and nothing but JSON passes. */
interface Kept {
  readonly text: string;
  readonly expiresAtMs: number;
  readonly validity: Validity;
}

/** Turns stale when the key is invalidated during a look-up: the value goes to who asked before that, and counts for nobody after. */
interface Validity {
  stale: boolean;
}

/** One look-up that any number of callers share. */
interface Flight {
  readonly validity: Validity;
  readonly text: Promise<string | undefined>;
}

const DEFAULT_MAX_ENTRIES = 20_000;

/** A cache in this process's heap, bounded by least recent use. */
export class InMemoryCache extends Cache {
  private readonly clock: Clock;
  private readonly entries: LruEntries;
  private readonly tier: Tier;
  private readonly flights = new Map<string, Flight>();
  private closed = false;

  constructor({ clock, maxEntries = DEFAULT_MAX_ENTRIES }: InMemoryCacheOptions) {
    super();
    this.clock = clock;
    this.entries = new LruEntries(maxEntries);
    const keyv = new Keyv({ store: this.entries, useKeyPrefix: false });
    // What is kept is text already.
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    this.tier = createCache({ stores: [keyv] });
  }

  override async getOrLoad<Value>(key: string, ttlMs: number, load: () => Promise<Value>): Promise<Value> {
    const text = await (this.flights.get(key) ?? this.launch(key, ttlMs, load)).text;
    return (text === undefined ? undefined : JSON.parse(text)) as Value;
  }

  override async invalidate(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.abandon(key);
      // Past the tier and in this very turn, so that a look-up that begins right after finds nothing.
      this.entries.delete(key);
    }
    return Promise.resolve();
  }

  override async invalidatePrefix(prefix: string): Promise<void> {
    const flying = [...this.flights.keys()].filter((key) => key.startsWith(prefix));
    await this.invalidate([...new Set([...flying, ...this.entries.keysOf(prefix)])]);
  }

  override async close(): Promise<void> {
    this.closed = true;
    for (const key of [...this.flights.keys()]) this.abandon(key);
    this.entries.clear();
    await this.tier.disconnect();
  }

  private launch<Value>(key: string, ttlMs: number, load: () => Promise<Value>): Flight {
    const validity: Validity = { stale: false };
    const text = this.fetch(key, ttlMs, load, validity).finally(() => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    const flight: Flight = { validity, text };
    this.flights.set(key, flight);
    return flight;
  }

  private async fetch<Value>(key: string, ttlMs: number, load: () => Promise<Value>, validity: Validity): Promise<string | undefined> {
    const kept = await this.tier.get<Kept>(key);
    // A value can reach the store after the invalidation that outdated it; its own mark tells.
    if (kept && !kept.validity.stale && this.clock.nowMs() < kept.expiresAtMs) return kept.text;
    // `stringify` answers `undefined` for what JSON doesn't know, whatever its type says.
    const text = JSON.stringify(await load()) as string | undefined;
    if (text === undefined || validity.stale || this.closed) return text;
    const keep: Kept = { text, expiresAtMs: this.clock.nowMs() + ttlMs, validity };
    await this.tier.set(key, keep, ttlMs);
    return text;
  }

  private abandon(key: string): void {
    const flight = this.flights.get(key);
    if (flight) flight.validity.stale = true;
    this.flights.delete(key);
  }
}
