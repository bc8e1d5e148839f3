import { RedisConnection, type RedisObserver, type RedisSettings, safeKey } from '@agent-chat/redis';
import { type Cluster, type Redis } from 'ioredis';
import { type Bucket, EphemeralStore, type TakenTokens } from '../../ephemeral-store.port';
import { ACQUIRE_LEASE, INCREMENT, READ_FIELDS, RELEASE_LEASE, SET_FIELD, TAKE_TOKENS } from './scripts';

export interface RedisEphemeralStoreOptions {
  readonly settings: RedisSettings;
  readonly onCommand?: RedisObserver;
}

/** How many records one script reads, for Redis does nothing else meanwhile. */
const RECORDS_A_SCRIPT = 100;

interface StoreCommands {
  acquireLease(key: string, holder: string, ttlMs: number): Promise<number>;
  releaseLease(key: string, holder: string): Promise<number>;
  setField(key: string, field: string, value: string, ttlMs: number): Promise<number>;
  readFields(count: number, ...keys: string[]): Promise<string[][]>;
  incrementFor(key: string, by: number, ttlMs: number): Promise<number>;
  takeTokens(key: string, capacity: number, refillPerSec: number, cost: number): Promise<[number, number, number, number]>;
}

/**
 * An ephemeral store in Redis. Each operation is one script on one key, which makes it atomic and at home in a Cluster. What a failover of Redis loses
 * is lost: leases here spare work, they fence nothing.
 */
export class RedisEphemeralStore extends EphemeralStore {
  private constructor(private readonly connection: RedisConnection) {
    super();
    const { client } = connection;
    client.defineCommand('acquireLease', { numberOfKeys: 1, lua: ACQUIRE_LEASE });
    client.defineCommand('releaseLease', { numberOfKeys: 1, lua: RELEASE_LEASE });
    client.defineCommand('setField', { numberOfKeys: 1, lua: SET_FIELD });
    client.defineCommand('readFields', { lua: READ_FIELDS });
    client.defineCommand('incrementFor', { numberOfKeys: 1, lua: INCREMENT });
    client.defineCommand('takeTokens', { numberOfKeys: 1, lua: TAKE_TOKENS });
  }

  /** Resolves also while Redis is away. */
  static async open({ settings, onCommand }: RedisEphemeralStoreOptions): Promise<RedisEphemeralStore> {
    return new RedisEphemeralStore(await RedisConnection.open(settings, onCommand));
  }

  /** Resolves if Redis answers; rejects with UNAVAILABLE. */
  async ping(): Promise<void> {
    await this.connection.ping();
  }

  override async acquireLease(name: string, holder: string, ttlMs: number): Promise<boolean> {
    return (await this.run((store) => store.acquireLease(this.key('lease', name), holder, ttlMs))) === 1;
  }

  override async releaseLease(name: string, holder: string): Promise<void> {
    await this.run((store) => store.releaseLease(this.key('lease', name), holder));
  }

  override async setField(key: string, field: string, value: string, ttlMs: number): Promise<void> {
    await this.run((store) => store.setField(this.key('record', key), field, value, ttlMs));
  }

  override async removeField(key: string, field: string): Promise<void> {
    await this.connection.run((client) => client.hdel(this.key('record', key), field));
  }

  override async fields(keys: readonly string[]): Promise<readonly ReadonlyMap<string, string>[]> {
    const records = keys.map((key) => this.key('record', key));
    // In a Cluster a script's keys lie in one slot.
    const size = this.connection.isCluster ? 1 : RECORDS_A_SCRIPT;
    const found = await this.run((store) => Promise.all(chunks(records, size).map((chunk) => store.readFields(chunk.length, ...chunk))));
    return found.flat().map(toMap);
  }

  override async increment(key: string, by: number, ttlMs: number): Promise<number> {
    return this.run((store) => store.incrementFor(this.key('counter', key), by, ttlMs));
  }

  override async takeTokens(key: string, { capacity, refillPerSec }: Bucket, cost: number): Promise<TakenTokens> {
    const taken = await this.run((store) => store.takeTokens(this.key('bucket', key), capacity, refillPerSec, cost));
    const [allowed, remaining, retryAfterMs, resetAfterMs] = taken;
    return { allowed: allowed === 1, remaining, retryAfterMs, resetAfterMs };
  }

  override async close(): Promise<void> {
    this.connection.close();
    return Promise.resolve();
  }

  private run<Result>(commands: (store: StoreCommands) => Promise<Result>): Promise<Result> {
    return this.connection.run((client: Redis | Cluster) => commands(client as unknown as StoreCommands));
  }

  private key(kind: string, name: string): string {
    return this.connection.key(kind, safeKey(name));
  }
}

function chunks(items: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

function toMap(flat: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) map.set(flat[at] ?? '', flat[at + 1] ?? '');
  return map;
}
