import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connectionOptions, placeOptions, retryDelayMs } from './open-redis-client';
import { Pulse } from './pulse';
import { type RedisAddress, type RedisSettings } from './redis-settings';

/** What a subscription tells. None of them may throw. */
export interface SubscriptionHooks {
  readonly onMessage: (message: string) => void;
  /** Messages arrive from now on; what was published before may have been missed. */
  readonly onUp?: () => void;
  /** Messages are being missed. */
  readonly onDown?: () => void;
}

const PULSE_MS = 500;

/**
 * Listens to one channel for as long as it is open, over a connection of its own that is made anew for ever when it breaks or falls silent.
 * In a Cluster the channel is a sharded one, which lives at the master of its slot: so its messages keep their order.
 */
export class RedisSubscription {
  /** Resolves when the channel is listened to for the first time, or the subscription is closed. */
  readonly whenUp: Promise<void>;
  private readonly stopping = new AbortController();
  private readonly loop: Promise<void>;
  private client: Redis | undefined;
  private target: RedisAddress | undefined;
  private attempts = 0;
  private up = false;
  private announceUp: () => void = () => undefined;

  constructor(
    private readonly settings: RedisSettings,
    private readonly channel: string,
    private readonly hooks: SubscriptionHooks,
  ) {
    this.whenUp = new Promise((resolve) => (this.announceUp = resolve));
    this.loop = this.run();
  }

  get isUp(): boolean {
    return this.up;
  }

  /** Safe to call twice. No message is told afterwards. */
  async close(): Promise<void> {
    this.stopping.abort();
    if (this.client) leave(this.client);
    await this.loop;
    this.announceUp();
  }

  private get isClosed(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.isClosed;) {
      const client = this.open();
      try {
        await this.subscribe(client);
        failures = 0;
        await this.stay(client);
      } catch (error) {
        // A Cluster says where the channel lives: that is no failure.
        this.target = movedTo(error, client);
        if (this.target === undefined) failures++;
      }
      leave(client);
      this.fall();
      if (failures > 0) await delay(retryDelayMs(failures), undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private open(): Redis {
    const client = new Redis({
      ...connectionOptions(this.settings),
      ...this.place(),
      // This class tries again itself.
      retryStrategy: () => null,
      sentinelRetryStrategy: () => null,
      lazyConnect: true,
      autoResubscribe: false,
      commandTimeout: this.settings.commandTimeoutMs,
    });
    client.on('error', () => undefined);
    client.on('moved', () => leave(client));
    client.on('message', (_channel: string, message: string) => this.receive(client, message));
    client.on('smessage', (_channel: string, message: string) => this.receive(client, message));
    this.client = client;
    return client;
  }

  private place(): ReturnType<typeof placeOptions> {
    const { topology } = this.settings;
    if (topology.kind !== 'cluster') return placeOptions(this.settings);
    return this.target ?? { ...topology.nodes[this.attempts++ % topology.nodes.length] };
  }

  private async subscribe(client: Redis): Promise<void> {
    await client.connect();
    if (this.settings.topology.kind === 'cluster') {
      // Any command on the channel's slot says where that lives; a subscription in the wrong place would only be silent.
      await client.exists(this.channel);
      await client.ssubscribe(this.channel);
    } else {
      await client.subscribe(this.channel);
    }
    if (this.isClosed) return;
    this.up = true;
    this.announceUp();
    this.hooks.onUp?.();
  }

  /** Until the connection is gone or silent, or the channel has moved to another master. */
  private async stay(client: Redis): Promise<void> {
    const pulse = new Pulse(() => [client], this.settings.commandTimeoutMs, leave, PULSE_MS);
    await new Promise<void>((resolve) => {
      if (client.status !== 'ready') resolve();
      client.once('end', resolve);
      // Also how ioredis takes the news that the channel's slot is another master's now.
      client.once('error', () => leave(client));
    });
    pulse.stop();
  }

  private receive(client: Redis, message: string): void {
    // A connection that was left may still have something to say.
    if (client === this.client && !this.isClosed) this.hooks.onMessage(message);
  }

  private fall(): void {
    if (!this.up) return;
    this.up = false;
    this.hooks.onDown?.();
  }
}

/** Once only: ioredis would wait for the end of a connection that has ended. */
function leave(client: Redis): void {
  if (client.status !== 'end') client.disconnect();
}

/** The address in "MOVED 3999 127.0.0.1:6381"; without a host it is the one that was asked. */
function movedTo(error: unknown, asked: Redis): RedisAddress | undefined {
  const match = error instanceof Error ? /^MOVED \d+ (.*):(\d+)$/.exec(error.message) : null;
  if (!match) return undefined;
  return { host: match[1] === '' || match[1] === undefined ? (asked.options.host ?? '') : match[1], port: Number(match[2]) };
}
