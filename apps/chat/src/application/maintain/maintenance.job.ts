import { DatabaseError } from '@agent-chat/database';
import { JobQueue } from '@agent-chat/job-queue';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { DeadCommandExpiry } from '../../infrastructure/maintain/dead-command-expiry';
import { EventMonths } from '../../infrastructure/maintain/event-months';
import { KeyExpiry } from '../../infrastructure/maintain/key-expiry';

const KIND = 'chat.maintenance';
const DAILY = '17 3 * * *';
const MONTHS_AHEAD = 3;
const PLAN_AGAIN_MS = 60_000;

/** What has to be done once a day: the log's coming months, and keys and dead commands that are past their time. */
@Injectable()
export class MaintenanceJob implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(MaintenanceJob.name);
  private again: NodeJS.Timeout | undefined;

  constructor(
    private readonly jobs: JobQueue,
    private readonly months: EventMonths,
    private readonly keys: KeyExpiry,
    private readonly deadCommands: DeadCommandExpiry,
  ) {}

  /** Before anything is written, so that no event of this month lands in the default partition. A database that is away was prepared for months when it was there. */
  async onModuleInit(): Promise<void> {
    try {
      await this.months.prepare(MONTHS_AHEAD);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.isAway)) throw error;
      this.logger.warn({ err: error }, 'A database that is away gets the coming months of its log with the next maintenance');
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.register({ kind: KIND, handler: () => this.run(), retries: 5, concurrency: 1 });
    await this.plan();
  }

  beforeApplicationShutdown(): void {
    clearTimeout(this.again);
  }

  /** Rooms are served without the queue: it is asked again until it is there. Never rejects. */
  private async plan(): Promise<void> {
    try {
      await this.jobs.schedule(KIND, DAILY, {});
      // The machine may have been off at the hour.
      await this.jobs.enqueue(KIND, {}, { key: 'at-start' });
    } catch (error) {
      this.logger.warn({ err: error }, 'Maintenance could not be scheduled and is tried again');
      this.again = setTimeout(() => void this.plan(), PLAN_AGAIN_MS).unref();
    }
  }

  async run(): Promise<void> {
    const made = await this.months.prepare(MONTHS_AHEAD);
    const removed = await this.keys.expire();
    const forgotten = await this.deadCommands.expire();
    if (made.length + removed + forgotten > 0) {
      this.logger.log(`Maintenance made ${made.length} months of the log and removed ${removed} keys and ${forgotten} dead commands`);
    }
  }
}
