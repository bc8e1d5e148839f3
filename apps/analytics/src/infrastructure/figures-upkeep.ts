import { Database } from '@agent-chat/database';
import { Clock } from '@agent-chat/kernel';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { oldestMinute } from '../application/figure-retention';

const EVERY_MS = 3_600_000;
const STATEMENTS = [
  `DELETE FROM figures_partitions WHERE unit = 'minute' AND at < $1`,
  `DELETE FROM figures_rooms WHERE unit = 'minute' AND at < $1`,
  `DELETE FROM figures_observed WHERE unit = 'minute' AND at < $1`,
  'DELETE FROM figure_observations WHERE minute < $1',
];

/** Removes figures by minute once they are old. Several processes may do it at once. */
@Injectable()
export class FiguresUpkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(FiguresUpkeep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const look = (): void => {
      this.running = this.remove().catch((error: unknown) => this.logger.warn({ err: error }, 'Old figures could not be removed and are tried again'));
    };
    // Also at the start: there are machines that never run for an hour.
    look();
    this.timer = setInterval(look, EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async remove(): Promise<void> {
    for (const statement of STATEMENTS) await this.database.directory().query(statement, [oldestMinute(this.clock)]);
  }
}
