/** Values that can be read again from their source. Only what survives JSON is kept. */
export abstract class Cache {
  /**
   * The cached value, or what `load` answers, kept for `ttlMs`. Concurrent calls for one key in a process share one `load`; its rejection reaches
   * all of them and is not kept. A value loaded before an `invalidate` of its key that came meanwhile is returned but not kept.
   * A cache that can't be reached is passed over, never an error.
   */
  abstract getOrLoad<Value>(key: string, ttlMs: number, load: () => Promise<Value>): Promise<Value>;

  /** Forgets the keys, on every node, soon: at once here, within a second elsewhere. */
  abstract invalidate(keys: readonly string[]): Promise<void>;

  /** Forgets everything whose key starts with the prefix. */
  abstract invalidatePrefix(prefix: string): Promise<void>;

  /** Frees what the cache holds. Safe to call twice. */
  abstract close(): Promise<void>;
}
