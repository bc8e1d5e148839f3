import { type Clock } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { parseExpression } from 'cron-parser';
import type PgBoss from 'pg-boss';
import { v5 as uuidV5 } from 'uuid';
import { type StoredData } from './stored-data';

/** Namespace of scheduled jobs' ids. Never change it: it is what keeps a match from being enqueued twice. */
const SCHEDULED_JOB_NAMESPACE = '5a1a6c0e-0f0a-5b0e-9a51-6f1f6f2b7c11';
/** A match that was missed by more than this is left out. */
const CATCH_UP_MS = 5 * 60_000;

/** A row of pg-boss's table, which its types leave incomplete. */
type StoredSchedule = PgBoss.Schedule & { readonly created_on: Date };

/**
 * Enqueues scheduled jobs. pg-boss keeps the table; its own timekeeper is left off, for it enqueues through a worker of the
 * kind that can end the process. The id of a job follows from its match, so that any number of processes enqueue it once.
 */
export class JobSchedules {
  private readonly logger = new Logger('PgBossJobQueue');
  private readonly newest = new Map<string, number>();
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
    const matchMs = newestMatchMs(cron, nowMs);
    if (matchMs <= created_on.getTime() || nowMs - matchMs > CATCH_UP_MS || this.newest.get(name) === matchMs) return;
    await this.boss.send(name, data ?? {}, { id: uuidV5(`${name}@${String(matchMs)}`, SCHEDULED_JOB_NAMESPACE) });
    this.newest.set(name, matchMs);
    this.enqueued(name);
  }
}

/** The last match at or before an instant, UTC. Throws for what is not a five-field cron expression. */
export function newestMatchMs(cron: string, nowMs: number): number {
  if (cron.trim().split(/\s+/).length !== 5) throw new RangeError(`Not a cron expression of five fields: ${cron}`);
  // `prev()` looks strictly before the date it is given.
  return parseExpression(cron, { currentDate: new Date(nowMs + 1), tz: 'UTC' })
    .prev()
    .getTime();
}
