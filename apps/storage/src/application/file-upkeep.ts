import { BlobStore } from '@agent-chat/blob-store';
import { type AttachmentId } from '@agent-chat/kernel';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { avatarKey, Avatars } from './avatars';
import { folderOf } from './file-record';
import { CLAIM_MS, Files } from './files';
import { ImageJobs } from './image-jobs';
import { removedFiles } from './storage-metrics';

const INTERVAL_MS = 30_000;
const MOST_AT_ONCE = 500;
/** After that long without any sign an image's job counts as lost. */
const IMAGE_WAIT_MS = 60_000;
const MAX_IMAGE_TRIES = 6;

/** Removes files that no message has (any more) and pictures that nobody has, and finds images whose jobs were lost. A timer and not a job: the queue may be what was lost. */
@Injectable()
export class FileUpkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(FileUpkeep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWoken = false;
  private isStopped = false;

  constructor(
    private readonly files: Files,
    private readonly blobs: BlobStore,
    private readonly images: ImageJobs,
    private readonly avatars: Avatars,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.wake();
    }, INTERVAL_MS).unref();
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** There may be something to do: soon, in the background. */
  wake(): void {
    this.isWoken = true;
    this.running ??= this.work().finally(() => {
      this.running = undefined;
    });
  }

  /** Asks for what is missing and removes what is to be removed; resolves with for how many files that was done, or pictures of people where those were more. Rejects with what the directory or the store of blobs rejects with. */
  async run(): Promise<number> {
    // First: what can't be removed now holds up no picture.
    for (const { attachmentId, tries } of await this.files.overdueImages(IMAGE_WAIT_MS, MAX_IMAGE_TRIES)) await this.images.enqueue(attachmentId, tries);
    const files = await this.files.expire(MOST_AT_ONCE, CLAIM_MS, (attachmentId) => this.remove(attachmentId));
    const avatars = await this.avatars.expire(MOST_AT_ONCE, (userId, digest) => this.blobs.delete([avatarKey(userId, digest)]));
    return Math.max(files, avatars);
  }

  private async work(): Promise<void> {
    while (this.isWoken && !this.isStopped) {
      this.isWoken = false;
      try {
        if ((await this.run()) === MOST_AT_ONCE) this.isWoken = true;
      } catch (error) {
        this.logger.warn({ err: error }, 'Files that nobody needs wait to be removed');
      }
    }
  }

  private async remove(attachmentId: AttachmentId): Promise<void> {
    const blobs = await this.blobs.list(folderOf(attachmentId));
    if (blobs.length === 0) return;
    await this.blobs.delete(blobs.map(({ key }) => key));
    removedFiles.inc();
  }
}
