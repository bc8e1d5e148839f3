import { BlobStore } from '@agent-chat/blob-store';
import { AttachmentIdSchema, type FilePiece, IMAGE_JOB, type QueryInput } from '@agent-chat/contracts';
import { type Job, JobQueue } from '@agent-chat/job-queue';
import { AppError } from '@agent-chat/kernel';
import { declareHistogram } from '@agent-chat/observability';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { BrokenImageError, ImageMaker, type MadeImage } from './image-maker';

const RETRIES = 4;
/** One at a time: each keeps a core busy and holds an image in memory. More processes work on more. */
const CONCURRENCY = 1;
/** So often a worker says that it is still at an image: well within the time after which its job counts as lost. */
const SIGN_MS = 20_000;
const QUERY = { timeoutMs: 10_000 };
const JobData = z.object({ attachmentId: AttachmentIdSchema });

const durations = declareHistogram({
  name: 'agent_chat_media_job_duration_seconds',
  help: 'Time of a job on an image: `done`, `broken` (no image that can be read), `nothing` (done before, or gone), `failed` (tried again)',
  labels: ['outcome'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
});

type Outcome = 'done' | 'broken' | 'nothing' | 'failed';

/** Makes the smaller pictures of an image that was uploaded. Run twice, it writes the same bytes to the same places. */
@Injectable()
export class MakeVariantsJob implements OnApplicationBootstrap {
  private readonly logger = new Logger(MakeVariantsJob.name);

  constructor(
    private readonly jobs: JobQueue,
    private readonly queries: QueryBus,
    private readonly blobs: BlobStore,
    private readonly maker: ImageMaker,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.register({ kind: IMAGE_JOB, handler: (job) => this.run(job), retries: RETRIES, concurrency: CONCURRENCY });
  }

  /** Rejects where something was away: then it is tried again. At the last try it gives up quietly: storage asks anew for what was put off, and a dead letter would be for nobody. */
  async run({ data, attempt }: Pick<Job, 'data' | 'attempt'>): Promise<void> {
    const startedMs = performance.now();
    const { attachmentId } = JobData.parse(data);
    let outcome: Outcome = 'failed';
    const signs = setInterval(() => void this.giveSign({ attachmentId }), SIGN_MS);
    try {
      outcome = await this.work(attachmentId);
    } catch (error) {
      if (!(error instanceof AppError && error.retryable)) throw error;
      await this.giveSign({ attachmentId, putOff: true });
      if (attempt <= RETRIES) throw error;
      this.logger.warn({ err: error, attachmentId }, 'An image waits for what is away');
    } finally {
      clearInterval(signs);
      durations.observe({ outcome }, (performance.now() - startedMs) / 1_000);
    }
  }

  private async work(attachmentId: string): Promise<Outcome> {
    const { image } = await this.queries.ask('attachment.image', { attachmentId }, QUERY);
    if (image === undefined) return 'nothing';
    const made = await this.make(attachmentId, await this.read(image.pieces));
    if (made === undefined) {
      await this.tell(attachmentId, { ok: false });
      return 'broken';
    }
    const variants = made.variants.map(({ bytes: _bytes, ...variant }) => ({ ...variant, key: `${image.folder}/${variant.name}` }));
    for (const { name, bytes } of made.variants) await this.blobs.put(`${image.folder}/${name}`, bytes);
    const isKept = await this.tell(attachmentId, { ok: true, placeholder: made.placeholder, variants });
    if (!isKept) await this.blobs.delete(variants.map(({ key }) => key));
    return isKept ? 'done' : 'nothing';
  }

  private async make(attachmentId: string, image: Buffer): Promise<MadeImage | undefined> {
    try {
      return await this.maker.make(image);
    } catch (error) {
      if (!(error instanceof BrokenImageError)) throw error;
      this.logger.log({ attachmentId, reason: error.message }, 'An image cannot be read');
      return undefined;
    }
  }

  /** Never rejects. */
  private async giveSign(sign: QueryInput<'attachment.working'>): Promise<void> {
    await this.queries.ask('attachment.working', sign, QUERY).catch((error: unknown) => {
      this.logger.debug({ err: error, ...sign }, 'Nobody heard how it goes with an image');
    });
  }

  private async read(pieces: readonly FilePiece[]): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (const { key } of pieces) parts.push(await buffer(await this.blobs.get(key)));
    return Buffer.concat(parts);
  }

  private async tell(attachmentId: string, outcome: QueryInput<'attachment.processed'>['outcome']): Promise<boolean> {
    return (await this.queries.ask('attachment.processed', { attachmentId, outcome }, QUERY)).kept;
  }
}
