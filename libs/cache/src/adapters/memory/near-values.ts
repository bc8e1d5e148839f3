import { type Clock } from '@agent-chat/kernel';
import { type Cache as Tier, createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { LruEntries } from './lru-entries';

/** What a look-up brought: the value as JSON text (undefined for what JSON doesn't know), and until when it may be kept. */
export interface Fetched {
  readonly text: string | undefined;
  readonly keepUntilMs: number;
}

/** Turns stale when the key is forgotten during a look-up: the value goes to who asked before that, and counts for nobody after. */
export interface Validity {
  readonly isStale: boolean;
}

export interface NearValuesOptions {
  readonly clock: Clock;
  /** Beyond this many, what was used longest ago is forgotten. */
  readonly maxEntries: number;
  /** How old a value may be at most, whatever its own time; asked at each look. */
  readonly maxAgeMs?: () => number;
}

/** What is kept: the value as JSON text, so that each reader gets its own copy and nothing but JSON passes. */
interface Kept extends Fetched {
  readonly text: string;
  readonly keptAtMs: number;
  readonly validity: Validity;
}

/** One look-up that any number of callers share. */
interface Flight {
  readonly validity: { isStale: boolean };
  readonly text: Promise<string | undefined>;
}

/** Values in this process's heap, bounded by least recent use, each looked up once however many ask at a time. */
export class NearValues {
  private readonly clock: Clock;
  private readonly maxAgeMs: () => number;
  private readonly entries: LruEntries;
  private readonly tier: Tier;
  private readonly flights = new Map<string, Flight>();
  private closed = false;

  constructor({ clock, maxEntries, maxAgeMs = () => Infinity }: NearValuesOptions) {
    this.clock = clock;
    this.maxAgeMs = maxAgeMs;
    this.entries = new LruEntries(maxEntries);
    const keyv = new Keyv({ store: this.entries, useKeyPrefix: false });
    // What is kept is text already.
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    this.tier = createCache({ stores: [keyv] });
  }

  /** The value that is kept, or what `fetch` brings; its rejection reaches all who wait for it. */
  async get(key: string, fetch: (validity: Validity) => Promise<Fetched>): Promise<unknown> {
    const text = await (this.flights.get(key) ?? this.launch(key, fetch)).text;
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** In this very turn, so that a look-up that begins right after finds nothing. */
  forget(keys: Iterable<string>): void {
    for (const key of keys) {
      this.abandon(key);
      // Past the tier, which takes a turn.
      this.entries.delete(key);
    }
  }

  forgetPrefix(prefix: string): void {
    this.forget([...this.flights.keys()].filter((key) => key.startsWith(prefix)));
    this.forget(this.entries.keysOf(prefix));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.forgetPrefix('');
    await this.tier.disconnect();
  }

  private launch(key: string, fetch: (validity: Validity) => Promise<Fetched>): Flight {
    const validity = { isStale: false };
    const text = this.look(key, fetch, validity).finally(() => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    const flight: Flight = { validity, text };
    this.flights.set(key, flight);
    return flight;
  }

  private async look(key: string, fetch: (validity: Validity) => Promise<Fetched>, validity: Validity): Promise<string | undefined> {
    const kept = await this.tier.get<Kept>(key);
    if (kept && this.isGood(kept)) return kept.text;
    const { text, keepUntilMs } = await fetch(validity);
    const nowMs = this.clock.nowMs();
    if (text === undefined || validity.isStale || this.closed || keepUntilMs <= nowMs) return text;
    await this.tier.set<Kept>(key, { text, keepUntilMs, keptAtMs: nowMs, validity }, keepUntilMs - nowMs);
    return text;
  }

  private isGood({ keepUntilMs, keptAtMs, validity }: Kept): boolean {
    const nowMs = this.clock.nowMs();
    // A value can reach the store after the invalidation that outdated it; its own mark tells.
    return !validity.isStale && nowMs < keepUntilMs && nowMs - keptAtMs < this.maxAgeMs();
  }

  private abandon(key: string): void {
    const flight = this.flights.get(key);
    if (flight) flight.validity.isStale = true;
    this.flights.delete(key);
  }
}
