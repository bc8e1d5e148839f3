import { type Clock } from '@agent-chat/kernel';
import { type CacheObserver, observed } from '../../cache-observer';
import { Cache } from '../../cache.port';
import { type Fetched, NearValues } from './near-values';

export interface InMemoryCacheOptions {
  readonly clock: Clock;
  /** Beyond this many, what was used longest ago is forgotten. */
  readonly maxEntries?: number;
  readonly onRead?: CacheObserver;
}

const DEFAULT_MAX_ENTRIES = 20_000;

/** A cache in this process's heap, bounded by least recent use. */
export class InMemoryCache extends Cache {
  private readonly clock: Clock;
  private readonly values: NearValues;
  private readonly onRead: CacheObserver | undefined;

  constructor({ clock, maxEntries = DEFAULT_MAX_ENTRIES, onRead }: InMemoryCacheOptions) {
    super();
    this.clock = clock;
    this.onRead = onRead;
    this.values = new NearValues({ clock, maxEntries });
  }

  override async getOrLoad<Value>(key: string, ttlMs: number, load: () => Promise<Value>): Promise<Value> {
    const fetchBy = (loading: () => Promise<Value>) => async (): Promise<Fetched> => {
      // `stringify` answers `undefined` for what JSON doesn't know, whatever its type says.
      const text = JSON.stringify(await loading()) as string | undefined;
      return { text, keepUntilMs: this.clock.nowMs() + ttlMs };
    };
    return (await observed(key, load, (loading) => this.values.get(key, fetchBy(loading)), this.onRead)) as Value;
  }

  override async invalidate(keys: readonly string[]): Promise<void> {
    this.values.forget(keys);
    return Promise.resolve();
  }

  override async invalidatePrefix(prefix: string): Promise<void> {
    this.values.forgetPrefix(prefix);
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    await this.values.close();
  }
}
