import { newId } from '@agent-chat/kernel';
import { type RedisConnection, RedisSubscription, type RedisSettings } from '@agent-chat/redis';
import { type FarValues, markOfKey, markOfPrefix } from './far-values';

/** What is to be forgotten. */
export interface Invalidation {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
}

export interface InvalidationsOptions {
  readonly settings: RedisSettings;
  readonly connection: RedisConnection;
  readonly far: FarValues;
  /** Another process has invalidated this. */
  readonly onInvalidation: (invalidation: Invalidation) => void;
  /** Whatever was invalidated elsewhere before may have been missed. */
  readonly onMissed: () => void;
  readonly onError: (error: unknown) => void;
}

interface Notice extends Invalidation {
  readonly from: string;
}

const EVERYTHING: Invalidation = { keys: [], prefixes: [''] };
const RETRY_MS = 250;
const MAX_OWED = 10_000;

/** Tells every process what to forget. What can't be told while Redis is away is owed, and told when it is back; values in Redis count for nothing until then. */
export class Invalidations {
  private readonly self = newId<string>();
  private readonly channel: string;
  private readonly subscription: RedisSubscription;
  private readonly underWay = new Set<Promise<void>>();
  private owed: Invalidation | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: InvalidationsOptions) {
    this.channel = options.connection.key('cache', 'invalidations');
    this.subscription = new RedisSubscription(options.settings, this.channel, {
      onMessage: (text) => this.receive(text),
      onUp: () => options.onMissed(),
    });
  }

  get whenUp(): Promise<void> {
    return this.subscription.whenUp;
  }

  /** Whether this process hears what others invalidate. */
  get isHearing(): boolean {
    return this.subscription.isUp;
  }

  /** Resolves once every invalidation made here so far is in Redis, with whether they are. */
  async areTold(): Promise<boolean> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    return this.owed === undefined;
  }

  /** Begins in this very turn. Never rejects: what fails is owed. */
  async tell(invalidation: Invalidation): Promise<void> {
    if (this.isClosed) return;
    const telling = this.attempt(invalidation);
    this.underWay.add(telling);
    await telling;
    this.underWay.delete(telling);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.subscription.close();
  }

  private async attempt(invalidation: Invalidation): Promise<void> {
    const { keys, prefixes } = invalidation;
    try {
      // First the marks: whoever hears of it looks into Redis.
      await this.options.far.mark([...keys.map(markOfKey), ...prefixes.map(markOfPrefix)]);
      await this.publish(JSON.stringify({ from: this.self, keys, prefixes } satisfies Notice));
    } catch (error) {
      this.options.onError(error);
      this.owe(invalidation);
    }
  }

  private async publish(text: string): Promise<void> {
    const { isCluster } = this.options.connection;
    await this.options.connection.run((client) => (isCluster ? client.spublish(this.channel, text) : client.publish(this.channel, text)));
  }

  private owe({ keys, prefixes }: Invalidation): void {
    const all = { keys: [...new Set([...(this.owed?.keys ?? []), ...keys])], prefixes: [...new Set([...(this.owed?.prefixes ?? []), ...prefixes])] };
    this.owed = all.keys.length + all.prefixes.length > MAX_OWED ? EVERYTHING : all;
    if (this.isClosed) return;
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      const { owed } = this;
      this.owed = undefined;
      if (owed !== undefined) void this.tell(owed);
    }, RETRY_MS).unref();
  }

  private receive(text: string): void {
    const notice = JSON.parse(text) as Notice;
    if (notice.from !== this.self) this.options.onInvalidation(notice);
  }
}
