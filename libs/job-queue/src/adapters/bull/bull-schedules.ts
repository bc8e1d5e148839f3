import { type Clock } from '@agent-chat/kernel';
import { type RedisConnection } from '@agent-chat/redis';
import { NewestMatches } from '../../newest-matches';
import { CATCH_UP_MS, scheduledJobId } from '../../scheduled-match';

interface Schedule {
  readonly cron: string;
  readonly data: unknown;
  /** Matches before it don't count. */
  readonly sinceMs: number;
}

export interface BullSchedulesOptions {
  readonly connection: RedisConnection;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Adds a job unless one with this id is there. */
  readonly add: (kind: string, data: unknown, id: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Enqueues scheduled jobs. Not Bull's own repeated jobs: those make the next when the last one runs, cannot be replaced by their kind, and are lost with it.
 * The id of a job follows from its match, and the newest match is noted, so that any number of processes enqueue it once.
 */
export class BullSchedules {
  private readonly schedules: string;
  private readonly matches: string;
  private readonly newest = new NewestMatches();
  private readonly enqueued = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private ticking = Promise.resolve();

  constructor(private readonly options: BullSchedulesOptions) {
    const { connection, intervalMs } = options;
    this.schedules = connection.key('{jobs}', 'schedules');
    this.matches = connection.key('{jobs}', 'matches');
    this.timer = setInterval(() => {
      this.ticking = this.ticking.then(() => this.tick());
    }, intervalMs).unref();
  }

  async set(kind: string, cron: string, data: unknown): Promise<void> {
    await this.options.connection.run(async (client) => {
      const known = await client.hget(this.schedules, kind);
      const before = known === null ? undefined : (JSON.parse(known) as Schedule);
      // A process that starts says its schedules again, which must not make it miss the match of this moment.
      const sinceMs = before?.cron === cron ? before.sinceMs : this.options.clock.nowMs();
      await client.hset(this.schedules, kind, JSON.stringify({ cron, data, sinceMs } satisfies Schedule));
    });
  }

  /** Waits for a look that runs. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
  }

  private async tick(): Promise<void> {
    try {
      const all = await this.options.connection.run((client) => client.hgetall(this.schedules));
      for (const [kind, text] of Object.entries(all)) await this.enqueueDue(kind, JSON.parse(text) as Schedule);
    } catch (error) {
      this.options.onError(error);
    }
  }

  private async enqueueDue(kind: string, { cron, data, sinceMs }: Schedule): Promise<void> {
    const { clock, connection, add } = this.options;
    const nowMs = clock.nowMs();
    const matchMs = this.newest.of(cron, nowMs);
    if (matchMs <= sinceMs || nowMs - matchMs > CATCH_UP_MS || this.enqueued.get(kind) === matchMs) return;
    // Finished jobs are forgotten some time: a process that comes late must not take theirs for one that never was.
    const noted = Number(await connection.run((client) => client.hget(this.matches, kind)));
    if (noted < matchMs) {
      await add(kind, data, scheduledJobId(kind, matchMs));
      await connection.run((client) => client.hset(this.matches, kind, matchMs));
    }
    this.enqueued.set(kind, matchMs);
  }
}
