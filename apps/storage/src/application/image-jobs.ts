import { JobQueue } from '@agent-chat/job-queue';
import { IMAGE_JOB } from '@agent-chat/contracts';
import { Injectable, Logger } from '@nestjs/common';

/** Asks workers for the smaller pictures of images. That an image waits is noted with the file: the queue only wakes a worker. */
@Injectable()
export class ImageJobs {
  private readonly logger = new Logger(ImageJobs.name);

  constructor(private readonly jobs: JobQueue) {}

  /** Never rejects: what isn't enqueued is found again. A job whose worker died holds its key for a while: each try has its own. */
  async enqueue(attachmentId: string, tries = 0): Promise<void> {
    try {
      await this.jobs.enqueue(IMAGE_JOB, { attachmentId }, { key: `${attachmentId}.${tries}` });
    } catch (error) {
      this.logger.warn({ err: error, attachmentId }, 'An image waits for the queue');
    }
  }
}
