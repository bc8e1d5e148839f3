import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@agent-chat/kernel';
import { Cluster, type Redis } from 'ioredis';
import { openRedisClient, type RedisClientKind } from './open-redis-client';
import { Pulse } from './pulse';
import { unavailable } from './redis-error';
import { type RedisSettings } from './redis-settings';

const READY_POLL_MS = 10;

/** Told of every round trip to Redis: how it ended and how long it took. */
export type RedisObserver = (outcome: 'ok' | 'failed', elapsedMs: number) => void;

/**
 * A connection for commands, by default a prompt one: while Redis is away a command fails at once; one without an answer fails after the time-out
 * and is never sent again. A server that is connected but stands still is noticed by its missing pulse, and left.
 */
export class RedisConnection {
  readonly client: Redis | Cluster;
  private readonly pulse: Pulse;
  private isClosed = false;

  constructor(
    readonly settings: RedisSettings,
    kind: Exclude<RedisClientKind, 'blocking'> = 'prompt',
    private readonly observe: RedisObserver = () => undefined,
  ) {
    this.client = openRedisClient(settings, kind);
    this.pulse = new Pulse(
      () => this.nodes(),
      settings.commandTimeoutMs,
      (node) => node.disconnect(true),
    );
  }

  /** Opens a connection and waits until Redis is there, but no longer than for the connect time-out: without it, it is away. */
  static async open(settings: RedisSettings, observe?: RedisObserver): Promise<RedisConnection> {
    const connection = new RedisConnection(settings, 'prompt', observe);
    const deadline = performance.now() + settings.connectTimeoutMs;
    while (!connection.isReady && performance.now() < deadline) await delay(READY_POLL_MS);
    return connection;
  }

  /** Whether every master that is known is connected. */
  get isReady(): boolean {
    if (this.client.status !== 'ready') return false;
    return !(this.client instanceof Cluster) || this.client.nodes('master').every((node) => node.status === 'ready');
  }

  get isCluster(): boolean {
    return this.client instanceof Cluster;
  }

  /** A key or channel of this installation. */
  key(...parts: string[]): string {
    return [this.settings.namespace, ...parts].join(':');
  }

  /** Runs commands; whatever goes wrong becomes UNAVAILABLE. */
  async run<Result>(commands: (client: Redis | Cluster) => Promise<Result>): Promise<Result> {
    this.refuseIfClosed();
    const startedAt = performance.now();
    try {
      const result = await commands(this.client);
      this.observe('ok', performance.now() - startedAt);
      return result;
    } catch (error) {
      this.observe('failed', performance.now() - startedAt);
      throw unavailable(error);
    }
  }

  /** Resolves if every master answers; rejects with UNAVAILABLE. */
  async ping(): Promise<void> {
    if (!this.isReady) throw new AppError('UNAVAILABLE', { detail: 'Redis is not connected' });
    await this.run(() => Promise.all(this.nodes().map((node) => node.ping())));
  }

  refuseIfClosed(): void {
    if (this.isClosed) throw new AppError('UNAVAILABLE', { detail: 'The connection to Redis is closed' });
  }

  /** Safe to call twice. */
  close(): void {
    this.isClosed = true;
    this.pulse.stop();
    this.client.disconnect();
  }

  private nodes(): readonly Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
  }
}
