/** A token bucket: holds up to `capacity` tokens, refilled evenly by `refillPerSec`. */
export interface Bucket {
  readonly capacity: number;
  readonly refillPerSec: number;
}

/** What became of an attempt to take tokens, and how the bucket stands after it. */
export interface TakenTokens {
  readonly allowed: boolean;
  /** Whole tokens left. */
  readonly remaining: number;
  /** When the refused cost would be there, milliseconds from now; 0 when allowed. */
  readonly retryAfterMs: number;
  /** When the bucket would be full again, milliseconds from now. */
  readonly resetAfterMs: number;
}

/**
 * Things that may be forgotten: leases, presence, counters, rate limits. Every entry lapses at its own time-to-live, in milliseconds,
 * whether or not anything sweeps. Operations on one key are atomic. All reject with UNAVAILABLE when the store can't be reached.
 */
export abstract class EphemeralStore {
  /** Takes or renews a lease for `holder`; false when somebody else holds it. */
  abstract acquireLease(name: string, holder: string, ttlMs: number): Promise<boolean>;

  /** Gives a lease back; does nothing unless `holder` holds it. */
  abstract releaseLease(name: string, holder: string): Promise<void>;

  /** Sets one field of a record and renews that field's time-to-live; repeating it is safe. */
  abstract setField(key: string, field: string, value: string, ttlMs: number): Promise<void>;

  /** Removes a field; removing an absent one succeeds. */
  abstract removeField(key: string, field: string): Promise<void>;

  /** The live fields of each key, in the order asked. */
  abstract fields(keys: readonly string[]): Promise<readonly ReadonlyMap<string, string>[]>;

  /** Adds to a counter and returns its new value; the time-to-live starts with the first addition. */
  abstract increment(key: string, by: number, ttlMs: number): Promise<number>;

  /** Takes `cost` tokens if they are there. A bucket never seen is full. */
  abstract takeTokens(key: string, bucket: Bucket, cost: number): Promise<TakenTokens>;

  /** Frees what the store holds. Safe to call twice. */
  abstract close(): Promise<void>;
}
