import { AppError, type Clock } from '@agent-chat/kernel';
import { type Bucket, EphemeralStore, type TakenTokens } from '../../ephemeral-store.port';
import { ExpiringMap } from './expiring-map';
import { type BucketLevel, takeFrom } from '../../token-bucket';

export interface InMemoryEphemeralStoreOptions {
  readonly clock: Clock;
  /** How many leases, records, counters and buckets it holds, of each; beyond that a new one is refused with UNAVAILABLE. */
  readonly maxEntries?: number;
}

const DEFAULT_MAX_ENTRIES = 200_000;

/** An ephemeral store in this process's heap. Each method does its work in one turn, which makes it atomic. */
export class InMemoryEphemeralStore extends EphemeralStore {
  private readonly clock: Clock;
  private readonly maxEntries: number;
  private readonly leases: ExpiringMap<string>;
  private readonly records: ExpiringMap<ExpiringMap<string>>;
  private readonly counters: ExpiringMap<number>;
  private readonly buckets: ExpiringMap<BucketLevel>;
  private closed = false;

  constructor({ clock, maxEntries = DEFAULT_MAX_ENTRIES }: InMemoryEphemeralStoreOptions) {
    super();
    this.clock = clock;
    this.maxEntries = maxEntries;
    this.leases = new ExpiringMap(clock, maxEntries);
    this.records = new ExpiringMap(clock, maxEntries);
    this.counters = new ExpiringMap(clock, maxEntries);
    this.buckets = new ExpiringMap(clock, maxEntries);
  }

  override async acquireLease(name: string, holder: string, ttlMs: number): Promise<boolean> {
    this.refuseIfClosed();
    const current = this.leases.get(name);
    if (current !== undefined && current !== holder) return Promise.resolve(false);
    this.leases.set(name, holder, this.clock.nowMs() + ttlMs);
    return Promise.resolve(true);
  }

  override async releaseLease(name: string, holder: string): Promise<void> {
    this.refuseIfClosed();
    if (this.leases.get(name) === holder) this.leases.delete(name);
    return Promise.resolve();
  }

  override async setField(key: string, field: string, value: string, ttlMs: number): Promise<void> {
    this.refuseIfClosed();
    const expiresAtMs = this.clock.nowMs() + ttlMs;
    const fields = this.records.get(key) ?? new ExpiringMap<string>(this.clock, this.maxEntries);
    fields.set(field, value, expiresAtMs);
    // A record lives as long as its longest-lived field.
    this.records.set(key, fields, Math.max(expiresAtMs, this.records.expiresAtMs(key) ?? 0));
    return Promise.resolve();
  }

  override async removeField(key: string, field: string): Promise<void> {
    this.refuseIfClosed();
    const fields = this.records.get(key);
    fields?.delete(field);
    if (fields?.size === 0) this.records.delete(key);
    return Promise.resolve();
  }

  override async fields(keys: readonly string[]): Promise<readonly ReadonlyMap<string, string>[]> {
    this.refuseIfClosed();
    return Promise.resolve(keys.map((key) => this.records.get(key)?.live() ?? new Map<string, string>()));
  }

  override async increment(key: string, by: number, ttlMs: number): Promise<number> {
    this.refuseIfClosed();
    const value = (this.counters.get(key) ?? 0) + by;
    this.counters.set(key, value, this.counters.expiresAtMs(key) ?? this.clock.nowMs() + ttlMs);
    return Promise.resolve(value);
  }

  override async takeTokens(key: string, bucket: Bucket, cost: number): Promise<TakenTokens> {
    this.refuseIfClosed();
    const nowMs = this.clock.nowMs();
    const { level, taken } = takeFrom(this.buckets.get(key), bucket, cost, nowMs);
    // A full bucket and one never seen are the same, so it is kept only until it is full.
    this.buckets.set(key, level, nowMs + taken.resetAfterMs);
    return Promise.resolve(taken);
  }

  override async close(): Promise<void> {
    this.closed = true;
    for (const map of [this.leases, this.records, this.counters, this.buckets]) map.clear();
    return Promise.resolve();
  }

  private refuseIfClosed(): void {
    if (this.closed) throw new AppError('UNAVAILABLE', { detail: 'The store is closed' });
  }
}
