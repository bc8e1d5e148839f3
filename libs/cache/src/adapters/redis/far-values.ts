import { type Clock, newId } from '@agent-chat/kernel';
import { type RedisConnection, safeKey } from '@agent-chat/redis';
import { type Cache as Tier, type CacheManagerStore, createCache, KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-ioredis-yet';
import { Keyv } from 'keyv';

/** What Redis has of a key. */
export interface FarLook {
  /** Changes with each invalidation of the key; a value counts only as long as it is the same. */
  readonly generation: string;
  readonly found?: { readonly text: string; readonly keepUntilMs: number };
}

/** No value stays longer in Redis, so that marks need not either. */
const MAX_TTL_MS = 3_600_000;
/** Outlives every value that was read before it was set. */
const MARK_TTL_MS = 2 * MAX_TTL_MS;
const LEASE_MS = 5_000;

const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** The part of a key by which prefixes are invalidated. */
const headOf = (key: string): string => key.slice(0, key.indexOf(':') + 1);

/** The mark that invalidates one key. */
export const markOfKey = (key: string): string => `key:${key}`;

/** The mark that invalidates every key under a prefix, and perhaps some more: those with the same head, or all. */
export const markOfPrefix = (prefix: string): string => (headOf(prefix) === '' ? 'all' : `head:${headOf(prefix)}`);

/**
 * Values in Redis, which all processes share. An invalidation does not look for values but sets a mark: a value carries the marks as they were before it
 * was loaded, so one that was outdated while it was being loaded, wherever that was, is no value either.
 */
export class FarValues {
  private readonly tier: Tier;

  constructor(
    private readonly connection: RedisConnection,
    private readonly clock: Clock,
    private readonly maxValueBytes: number,
  ) {
    const store = redisInsStore(connection.client) as unknown as CacheManagerStore;
    const keyv = new Keyv({ store: new KeyvAdapter(store), useKeyPrefix: false });
    // The store makes text of its own of what it gets.
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    // Reading the marks tells the same.
    keyv.on('error', () => undefined);
    this.tier = createCache({ stores: [keyv] });
  }

  async look(key: string): Promise<FarLook> {
    const marks = [markOfKey(key), markOfPrefix(headOf(key)), 'all'];
    const [kept, ...seen] = await this.connection.run((client) =>
      Promise.all([this.tier.get<string>(this.valueKey(key)), ...marks.map((mark) => client.get(this.markKey(mark)))]),
    );
    const generation = seen.map((mark) => mark ?? '').join('.');
    // Kept as one text that begins with a digit: the store would revive others as the code or the date that they seem to be.
    const match = /^(\d+) (\S*) ([^]*)$/.exec(kept ?? '');
    if (match?.[2] !== generation || Number(match[1]) <= this.clock.nowMs()) return { generation };
    return { generation, found: { keepUntilMs: Number(match[1]), text: match[3] ?? '' } };
  }

  async keep(key: string, generation: string, text: string, keepUntilMs: number): Promise<void> {
    const nowMs = this.clock.nowMs();
    const ttlMs = Math.min(keepUntilMs - nowMs, MAX_TTL_MS);
    if (ttlMs <= 0 || Buffer.byteLength(text) > this.maxValueBytes) return;
    await this.connection.run(() => this.tier.set(this.valueKey(key), `${Math.floor(nowMs + ttlMs)} ${generation} ${text}`, ttlMs));
  }

  /** The right to load a value while others wait for it: what gives it back, or undefined if another process has it. */
  async lease(key: string, generation: string): Promise<(() => Promise<void>) | undefined> {
    // Of this generation: what is loaded since an invalidation doesn't wait for what was before.
    const name = this.connection.key('cache', 'load', safeKey(`${generation} ${key}`));
    const token = newId<string>();
    const isMine = await this.connection.run((client) => client.set(name, token, 'PX', LEASE_MS, 'NX'));
    if (isMine === null) return undefined;
    return async () => {
      await this.connection.run((client) => client.eval(UNLOCK, 1, name, token));
    };
  }

  async mark(marks: readonly string[]): Promise<void> {
    const value = newId<string>();
    await this.connection.run((client) => Promise.all(marks.map((mark) => client.set(this.markKey(mark), value, 'PX', MARK_TTL_MS))));
  }

  private valueKey(key: string): string {
    return this.connection.key('cache', 'value', safeKey(key));
  }

  private markKey(mark: string): string {
    return this.connection.key('cache', 'mark', safeKey(mark));
  }
}
