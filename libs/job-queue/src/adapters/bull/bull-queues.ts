import { openRedisClient, RedisConnection, type RedisSettings } from '@agent-chat/redis';
import Queue from 'bull';
import { type Cluster, type Redis } from 'ioredis';
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

/**
 * Bull's queues and the connections they share: one for what may fail at once (enqueueing, reading), and for workers one that waits until Redis
 * is back, one for news, and one a queue that blocks.
 */
export class BullQueues {
  private readonly senders = new Map<string, Queue.Queue>();
  private readonly blocking: (Redis | Cluster)[] = [];
  private patient: RedisConnection | undefined;
  private subscriber: Redis | Cluster | undefined;

  constructor(
    readonly connection: RedisConnection,
    private readonly settings: RedisSettings,
    private readonly times: BullTimes,
    private readonly onError: (error: Error) => void,
  ) {
    connection.client.setMaxListeners(0);
  }

  /** The queue to add jobs of a kind to and to read from. */
  sender(kind: string): Queue.Queue {
    let queue = this.senders.get(kind);
    if (queue === undefined) {
      queue = this.make(kind, () => this.connection.client);
      this.senders.set(kind, queue);
    }
    return queue;
  }

  /** A queue to work on. */
  worker(kind: string): Queue.Queue {
    return this.make(kind, (type) => {
      if (type === 'client') return this.patientClient();
      if (type === 'subscriber') return (this.subscriber ??= this.open());
      const client = this.open();
      this.blocking.push(client);
      return client;
    });
  }

  disconnect(): void {
    this.connection.close();
    this.patient?.close();
    for (const client of [this.subscriber, ...this.blocking]) {
      if (client === undefined) continue;
      // A queue that closes interrupts its blocking connection and then connects it anew, perhaps only after this.
      client.on('connecting', () => client.disconnect());
      if (client.status !== 'end') client.disconnect();
    }
  }

  private make(kind: string, createClient: (type: 'client' | 'subscriber' | 'bclient') => Redis | Cluster): Queue.Queue {
    const queue = new Queue(kind, {
      // All keys of a queue lie in one slot; queues may lie apart.
      prefix: `{${this.settings.namespace}:jobs:${kind}}`,
      createClient: createClient,
      settings: {
        lockDuration: this.times.lockDurationMs,
        stalledInterval: this.times.stalledIntervalMs,
        maxStalledCount: MAX_STALLED_COUNT,
        backoffStrategies: { [GROWING]: retryDelayOf },
      },
      skipVersionCheck: true,
    } as Queue.QueueOptions);
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
