import { openRedisClient, RedisConnection, type RedisSettings } from '@agent-chat/redis';
import { BullModule, getQueueToken } from '@nestjs/bull';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { LazyModuleLoader, NestFactory } from '@nestjs/core';
import type Queue from 'bull';
import { type Cluster, type Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { retryDelayOf } from './retry-delay';

export interface BullTimes {
  /** A job whose worker was not heard of for this long counts as stalled and runs again. */
  readonly lockDurationMs: number;
  /** How often to look for stalled jobs. */
  readonly stalledIntervalMs: number;
}

/** How often a job may take its process down before it counts as failed. */
const MAX_STALLED_COUNT = 5;

/** The strategy that retries name; it lives with the workers. */
export const GROWING = 'growing';

/** The module closes its queues one after the other, and one whose job never ends never closes: nobody waits for that. */
const CLOSE_LIMIT_MS = 1_000;

@Module({})
class QueuesModule {}

/**
 * Bull's queues, which Nest's module for Bull makes, each with the first use of its kind, and closes. Also the connections they share: one for what may
 * fail at once (enqueueing, reading), and for workers one that waits until Redis is back, one for news, and one a queue that blocks.
 */
export class BullQueues {
  private readonly senders = new Map<string, Promise<Queue.Queue>>();
  private readonly blocking: (Redis | Cluster)[] = [];
  private patient: RedisConnection | undefined;
  private subscriber: Redis | Cluster | undefined;

  private constructor(
    private readonly context: INestApplicationContext,
    readonly connection: RedisConnection,
    private readonly settings: RedisSettings,
    private readonly times: BullTimes,
    private readonly onError: (error: unknown) => void,
  ) {
    connection.client.setMaxListeners(0);
  }

  /** Its module stands by itself: ports are there before the application is. What Nest says meanwhile waits for the application's log. */
  static async open(connection: RedisConnection, settings: RedisSettings, times: BullTimes, onError: (error: unknown) => void): Promise<BullQueues> {
    const context = await NestFactory.createApplicationContext(QueuesModule, { bufferLogs: true, abortOnError: false });
    return new BullQueues(context, connection, settings, times, onError);
  }

  /** The queue to add jobs of a kind to and to read from. */
  sender(kind: string): Promise<Queue.Queue> {
    let queue = this.senders.get(kind);
    if (queue === undefined) {
      queue = this.make(kind, () => this.connection.client);
      this.senders.set(kind, queue);
    }
    return queue;
  }

  /** A queue to work on. */
  worker(kind: string): Promise<Queue.Queue> {
    return this.make(kind, (type) => {
      if (type === 'client') return this.patientClient();
      if (type === 'subscriber') return (this.subscriber ??= this.open());
      const client = this.open();
      this.blocking.push(client);
      return client;
    });
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    this.disconnect();
    await Promise.race([this.context.close().catch(this.onError), delay(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }

  private disconnect(): void {
    this.connection.close();
    this.patient?.close();
    for (const client of [this.subscriber, ...this.blocking]) {
      if (client === undefined) continue;
      // A queue that closes interrupts its blocking connection and then connects it anew, perhaps only after this.
      client.on('connecting', () => client.disconnect());
      if (client.status !== 'end') client.disconnect();
    }
  }

  private async make(kind: string, createClient: (type: 'client' | 'subscriber' | 'bclient') => Redis | Cluster): Promise<Queue.Queue> {
    const options = {
      name: kind,
      // All keys of a queue lie in one slot; queues may lie apart.
      prefix: `{${this.settings.namespace}:jobs:${kind}}`,
      createClient,
      settings: {
        lockDuration: this.times.lockDurationMs,
        stalledInterval: this.times.stalledIntervalMs,
        maxStalledCount: MAX_STALLED_COUNT,
        backoffStrategies: { [GROWING]: retryDelayOf },
      },
      skipVersionCheck: true,
    };
    const module = await this.context.get(LazyModuleLoader).load(() => BullModule.registerQueue(options), { logger: false });
    const queue = module.get<Queue.Queue>(getQueueToken(kind), { strict: true });
    queue.on('error', this.onError);
    return queue;
  }

  private patientClient(): Redis | Cluster {
    if (this.patient === undefined) {
      this.patient = new RedisConnection(this.settings, 'patient');
      this.patient.client.setMaxListeners(0);
    }
    return this.patient.client;
  }

  private open(): Redis | Cluster {
    return openRedisClient(this.settings, 'blocking').setMaxListeners(0);
  }
}
