import { JobQueue } from '@agent-chat/job-queue';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SessionPurge } from './session-purge';

const KIND = 'auth.purge-sessions';
const EVERY_NIGHT = '17 3 * * *';

/** Removes what is left of sessions long over, every night. */
@Injectable()
export class PurgeSessionsJob implements OnApplicationBootstrap {
  private readonly logger = new Logger(PurgeSessionsJob.name);

  constructor(
    private readonly jobs: JobQueue,
    private readonly purge: SessionPurge,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.jobs.register({ kind: KIND, retries: 3, concurrency: 1, handler: async () => this.run() });
      await this.jobs.schedule(KIND, EVERY_NIGHT, {});
    } catch (error) {
      // Nobody waits for it: the next start schedules it again.
      this.logger.warn({ err: error }, 'Old sessions are not purged');
    }
  }

  private async run(): Promise<void> {
    this.logger.log(await this.purge.run(), 'Purged old sessions and refresh tokens');
  }
}
