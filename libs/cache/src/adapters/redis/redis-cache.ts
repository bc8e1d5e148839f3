import { setTimeout as delay } from 'node:timers/promises';
import { type Clock } from '@agent-chat/kernel';
import { RedisConnection, type RedisObserver, type RedisSettings } from '@agent-chat/redis';
import { type CacheObserver, observed } from '../../cache-observer';
import { Cache } from '../../cache.port';
import { type Fetched, NearValues, type Validity } from '../memory/near-values';
import { type FarLook, FarValues } from './far-values';
import { Invalidations } from './invalidations';

export interface RedisCacheOptions {
  readonly settings: RedisSettings;
  readonly clock: Clock;
  /** How many values this process holds at most. */
  readonly maxEntries?: number;
  /** A larger value is held by each process for itself. */
  readonly maxValueBytes?: number;
  /** What went wrong on the way to Redis; the caller notices nothing. */
  readonly onError?: (error: unknown) => void;
  readonly onCommand?: RedisObserver;
  readonly onRead?: CacheObserver;
}

const DEFAULTS = {
  maxEntries: 20_000,
  maxValueBytes: 256 * 1024,
  onError: (): void => undefined,
  onCommand: (): void => undefined,
  onRead: (): void => undefined,
};
/** How long a value from this heap counts while nobody can tell that it is outdated. */
const DEAF_MAX_AGE_MS = 1_000;
/** How long to wait for a value that another process is loading. */
const PATIENCE_MS = 2_000;
const POLL_MS = 25;
/** How long Redis is left alone after it failed. */
const PAUSE_MS = 1_000;

/** What Redis has of a value, and what gives back the right to load it. */
interface Turn {
  readonly look: FarLook;
  readonly giveBack?: () => Promise<void>;
}

/** A cache in two tiers: this process's heap, then Redis. Without Redis it is the heap alone, and a value counts for a second. */
export class RedisCache extends Cache {
  private readonly near: NearValues;
  private readonly far: FarValues;
  private readonly invalidations: Invalidations;
  private pauseUntilMs = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly options: Required<RedisCacheOptions>,
  ) {
    super();
    const { settings, clock, maxEntries, maxValueBytes, onError } = options;
    this.near = new NearValues({ clock, maxEntries, maxAgeMs: () => (this.invalidations.isHearing ? Infinity : DEAF_MAX_AGE_MS) });
    this.far = new FarValues(connection, clock, maxValueBytes);
    this.invalidations = new Invalidations({
      settings,
      connection,
      far: this.far,
      onInvalidation: ({ keys, prefixes }) => {
        this.near.forget(keys);
        for (const prefix of prefixes) this.near.forgetPrefix(prefix);
      },
      onMissed: () => this.near.forgetPrefix(''),
      onError,
    });
  }

  /** Resolves also while Redis is away. */
  static async open(options: RedisCacheOptions): Promise<RedisCache> {
    const cache = new RedisCache(await RedisConnection.open(options.settings, options.onCommand), { ...DEFAULTS, ...options });
    await Promise.race([cache.invalidations.whenUp, delay(options.settings.connectTimeoutMs, undefined, { ref: false })]);
    return cache;
  }

  /** Resolves if Redis answers; rejects with UNAVAILABLE. */
  async ping(): Promise<void> {
    await this.connection.ping();
  }

  override async getOrLoad<Value>(key: string, ttlMs: number, load: () => Promise<Value>): Promise<Value> {
    const fetchBy = (loading: () => Promise<Value>) => async (): Promise<Fetched> => {
      // `stringify` answers `undefined` for what JSON doesn't know, whatever its type says.
      const text = JSON.stringify(await loading()) as string | undefined;
      return { text, keepUntilMs: this.options.clock.nowMs() + ttlMs };
    };
    const ask = (loading: () => Promise<Value>): Promise<unknown> => this.near.get(key, (validity) => this.fetch(key, ttlMs, fetchBy(loading), validity));
    return (await observed(key, load, ask, this.options.onRead)) as Value;
  }

  override async invalidate(keys: readonly string[]): Promise<void> {
    this.near.forget(keys);
    if (keys.length > 0) await this.invalidations.tell({ keys, prefixes: [] });
  }

  override async invalidatePrefix(prefix: string): Promise<void> {
    this.near.forgetPrefix(prefix);
    await this.invalidations.tell({ keys: [], prefixes: [prefix] });
  }

  override close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await this.near.close();
    await this.invalidations.close();
    this.connection.close();
  }

  /** From Redis, or loaded here; of several processes that need a value at once, one loads it. */
  private async fetch(key: string, ttlMs: number, load: () => Promise<Fetched>, validity: Validity): Promise<Fetched> {
    const turn = await this.passingOver(() => this.awaitTurn(key, validity));
    try {
      const found = turn?.look.found;
      if (found) return { ...found, keepUntilMs: Math.min(found.keepUntilMs, this.options.clock.nowMs() + ttlMs) };
      const fetched = await load();
      const { text, keepUntilMs } = fetched;
      if (turn && text !== undefined && !validity.isStale) await this.passingOver(() => this.far.keep(key, turn.look.generation, text, keepUntilMs));
      return fetched;
    } finally {
      if (turn?.giveBack) await this.passingOver(turn.giveBack);
    }
  }

  /** Ends with a value, with the right to load it, or with the patience. */
  private async awaitTurn(key: string, validity: Validity): Promise<Turn | undefined> {
    if (!(await this.invalidations.areTold())) return undefined;
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const look = await this.far.look(key);
      // What is outdated already keeps nobody waiting.
      if (validity.isStale) return undefined;
      if (look.found || performance.now() > deadline) return { look };
      const giveBack = await this.far.lease(key, look.generation);
      // Whoever had the lease may have brought the value since.
      if (giveBack) return { look: await this.far.look(key), giveBack };
      await delay(POLL_MS);
    }
  }

  /** What needs Redis, unless it is away. Never rejects. */
  private async passingOver<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    if (this.closing || performance.now() < this.pauseUntilMs) return undefined;
    try {
      return await work();
    } catch (error) {
      this.pauseUntilMs = performance.now() + PAUSE_MS;
      this.options.onError(error);
      return undefined;
    }
  }
}
