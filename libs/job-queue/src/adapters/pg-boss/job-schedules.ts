import { type Clock } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import type PgBoss from 'pg-boss';
import { NewestMatches } from '../../newest-matches';
import { CATCH_UP_MS, scheduledJobId } from '../../scheduled-match';
import { type StoredData } from './stored-data';

/** A row of pg-boss's table, which its types leave incomplete. */
type StoredSchedule = PgBoss.Schedule & { readonly created_on: Date };

/**
 * Enqueues scheduled jobs. pg-boss keeps the table; its own timekeeper is left off, for it enqueues through a worker of the
 * kind that can end the process. The id of a job follows from its match, so that any number of processes enqueue it once.
 */
export class JobSchedules {
  private readonly logger = new Logger('PgBossJobQueue');
  private readonly newest = new NewestMatches();
  private readonly done = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private ticking = Promise.resolve();

  constructor(
    private readonly boss: PgBoss,
    private readonly clock: Clock,
    intervalMs: number,
    private readonly enqueued: (kind: string) => void,
  ) {
    this.timer = setInterval(() => {
      this.ticking = this.ticking.then(() => this.tick());
    }, intervalMs).unref();
  }

  async set(kind: string, cron: string, data: StoredData): Promise<void> {
    await this.boss.schedule(kind, cron, data, { tz: 'UTC' });
  }

  /** Waits for a look that runs. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
  }

  private async tick(): Promise<void> {
    try {
      for (const schedule of (await this.boss.getSchedules()) as StoredSchedule[]) await this.enqueueDue(schedule);
    } catch (error) {
      this.logger.warn({ err: error }, 'Schedules could not be looked at');
    }
  }

  private async enqueueDue({ name, cron, data, created_on }: StoredSchedule): Promise<void> {
    const nowMs = this.clock.nowMs();
    const matchMs = this.newest.of(cron, nowMs);
    if (matchMs <= created_on.getTime() || nowMs - matchMs > CATCH_UP_MS || this.done.get(name) === matchMs) return;
    await this.boss.send(name, data ?? {}, { id: scheduledJobId(name, matchMs) });
    this.done.set(name, matchMs);
    this.enqueued(name);
  }
}
