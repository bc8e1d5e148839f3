import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { type BlobFacts, GuardedBlobStore } from '@agent-chat/blob-store';
import { S3BlobStore, type S3Settings } from '@agent-chat/blob-store/adapters/s3';
import { InMemoryCache } from '@agent-chat/cache/adapters/memory';
import { loadConfig } from '@agent-chat/config';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { type ProcessName } from '@agent-chat/discovery';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { BullJobQueue } from '@agent-chat/job-queue/adapters/bull';
import { SystemClock } from '@agent-chat/kernel';
import { type RedisSettings } from '@agent-chat/redis';
import { redisSettingsFor } from '@agent-chat/redis/testing';
import { type AppStart, openPeers, type RunningApp, serviceApp, startOn } from '@agent-chat/runtime';
import { startTestServers, type TestServers } from '@agent-chat/testing';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { type Abstract, Module, type Type } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ChatModule } from '../../../apps/chat/src/chat.module';
import { gatewayProcess } from '../../../apps/gateway/src/gateway-process';
import { FileUpkeep } from '../../../apps/storage/src/application/file-upkeep';
import { StorageModule } from '../../../apps/storage/src/storage.module';
import { ImageMaker } from '../../../apps/worker/src/application/image-maker';
import { MakeVariantsJob } from '../../../apps/worker/src/application/make-variants.job';
import { SharpImageMaker } from '../../../apps/worker/src/infrastructure/sharp-image-maker';
import { FaultyS3 } from '../../support/faulty-s3';
import { RestClient } from '../../support/rest-client';
import { download } from '../../support/uploading';

/** For one try of a request to S3; of three. */
export const S3_TIMEOUT_MS = 2_000;

const ENV = { PORT: '0', INTERNAL_PORT: '0', INTERNAL_SECRET: 's'.repeat(32), LOG_LEVEL: 'silent', RATE_LIMITS: 'off', DRAIN_MS: '0' };
const MAX_PIXELS = 20_000_000;

@Module({ providers: [MakeVariantsJob, { provide: ImageMaker, useFactory: () => new SharpImageMaker(MAX_PIXELS) }] })
class WorkerModule {}

/** What a file's row says. */
interface FileRow {
  readonly state: string;
  readonly media: string;
  readonly tries: number;
  readonly messageId: string | null;
  readonly pieces: readonly { readonly key: string }[];
  readonly variants: readonly { readonly key: string }[];
}

/** What stands for a server that all apps share: closing it is nobody's business but the test's. */
function shared<Port extends object>(port: Port): Port {
  return Object.create(port, { close: { value: async () => undefined } }) as Port;
}

/** Gateway, chat and storage as apps of their own, and a worker when one is asked for, on a real Redis and a real S3, before which storage and worker have a door each that can fail. */
export class FilesOnS3 {
  private readonly clock = new SystemClock();
  private readonly running = new Map<ProcessName, RunningApp>();
  private readonly log: InMemoryEventLog;
  private readonly backplane = new InMemoryBackplane();
  private readonly ephemeral = new InMemoryEphemeralStore({ clock: this.clock });
  private readonly cache = new InMemoryCache({ clock: this.clock });
  readonly redisSettings: RedisSettings;
  readonly doors: { readonly storage: FaultyS3; readonly worker: FaultyS3 };

  private constructor(
    readonly test: TestDatabase,
    private readonly s3: TestServers,
    readonly redis: TestServers,
    [storage, worker]: readonly [FaultyS3, FaultyS3],
  ) {
    this.log = new InMemoryEventLog({ partitionCount: test.database.partitionCount, clock: this.clock });
    this.redisSettings = redisSettingsFor(redis.settings);
    this.doors = { storage, worker };
  }

  static async start(): Promise<FilesOnS3> {
    const [test, s3, redis] = await Promise.all([createTestDatabase('on_s3'), startTestServers('s3'), startTestServers('redis')]);
    const endpoint = s3.settings['S3_ENDPOINT'] ?? '';
    const doors = await Promise.all([FaultyS3.before(endpoint), FaultyS3.before(endpoint)]);
    const files = new FilesOnS3(test, s3, redis, doors);
    await files.run(serviceApp('chat', ChatModule));
    await files.run(serviceApp('storage', StorageModule), doors[0]);
    await files.run(gatewayProcess);
    return files;
  }

  /** Both doors are as they should be again. */
  heal(): void {
    for (const door of Object.values(this.doors)) door.heal();
  }

  get url(): string {
    return this.running.get('gateway')?.url ?? '';
  }

  /** What a process of its own needs to be a worker here. */
  get workerEnv(): Record<string, string> {
    const { REDIS_URL = '' } = this.redis.settings;
    return {
      ...ENV,
      ...this.s3.settings,
      DATABASE_URL: this.test.url,
      REDIS_URL,
      REDIS_NAMESPACE: this.redisSettings.namespace,
      S3_ENDPOINT: this.doors.worker.endpoint,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  async startWorker(): Promise<void> {
    await this.run(serviceApp('worker', WorkerModule), this.doors.worker);
  }

  async stopWorker(): Promise<void> {
    await this.running.get('worker')?.close();
    this.running.delete('worker');
  }

  /** As its timer does: asks for images that nobody works on, and removes what its time has come for. */
  async upkeep(): Promise<void> {
    await this.of('storage', FileUpkeep).run();
  }

  /** A part of one of the apps. */
  of<Part>(service: ProcessName, part: Type<Part> | Abstract<Part>): Part {
    return this.running.get(service)!.app.get(part, { strict: false });
  }

  /** As if a minute had passed since anybody was at the image. */
  async neglect(attachmentId: string): Promise<void> {
    await this.set(attachmentId, `media_tried_at = now() - interval '61 seconds', created_at = now() - interval '61 seconds'`);
  }

  /** As if all files that no message has had been kept for long enough, and the rows of those that are gone. */
  async age(): Promise<void> {
    await this.test.database.directory().query('UPDATE attachments SET expires_at = now() WHERE expires_at IS NOT NULL');
  }

  async row(attachmentId: string): Promise<FileRow | undefined> {
    const sql = 'SELECT state, media, media_tries AS tries, message_id AS "messageId", pieces, variants FROM attachments WHERE attachment_id = $1';
    return (await this.test.database.directory().query<FileRow & Record<string, unknown>>(sql, [attachmentId]))[0];
  }

  /** How many files are known. */
  async rows(): Promise<number> {
    return (await this.test.database.directory().query('SELECT 1 AS one FROM attachments')).length;
  }

  /** The keys that files name. */
  async named(): Promise<string[]> {
    const rows = await this.test.database.directory().query<FileRow & Record<string, unknown>>('SELECT pieces, variants FROM attachments');
    return rows.flatMap(({ pieces, variants }) => [...pieces, ...variants].map(({ key }) => key)).sort();
  }

  /** Everything in the bucket. */
  async bucket(): Promise<string[]> {
    const store = new S3BlobStore(this.settings(this.s3.settings['S3_ENDPOINT'] ?? ''));
    const blobs: readonly BlobFacts[] = await store.list('attachments').finally(() => store.close());
    return blobs.map(({ key }) => key);
  }

  /** What was begun in parts and never ended: there and paid for, and in no list of objects. */
  async partUploads(): Promise<number> {
    const { bucket, forcePathStyle, region, endpoint = '', credentials } = this.settings(this.s3.settings['S3_ENDPOINT'] ?? '');
    const client = new S3Client({ region, forcePathStyle, endpoint, ...(credentials === undefined ? {} : { credentials }) });
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket })).finally(() => client.destroy());
    return Uploads.length;
  }

  async post(person: RestClient, roomId: string, attachmentIds: readonly string[] = [], text = ''): Promise<{ messageId: string; seq: number }> {
    const { body } = await person.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text, attachmentIds });
    return body as { messageId: string; seq: number };
  }

  /** Its bytes; rejects where they don't come as a whole. */
  async read(person: RestClient, attachmentId: string): Promise<Buffer> {
    const answer = await download(person, `${this.url}/api/v1/attachments/${attachmentId}`);
    if (answer.status !== 200) throw new Error(`The file was answered with ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  async stop(): Promise<void> {
    for (const door of Object.values(this.doors)) door.heal();
    await Promise.all([...this.running.values()].map((app) => app.close()));
    await Promise.all([this.log.close(), this.backplane.close(), this.ephemeral.close(), this.cache.close()]);
    for (const door of Object.values(this.doors)) door.close();
    await Promise.all([this.test.drop(), this.s3.stop(), this.redis.stop()]);
  }

  private async set(attachmentId: string, assignment: string): Promise<void> {
    await this.test.database.directory().query(`UPDATE attachments SET ${assignment} WHERE attachment_id = $1`, [attachmentId]);
  }

  private settings(endpoint: string): S3Settings {
    const { S3_REGION: region = '', S3_BUCKET: bucket = '', S3_ACCESS_KEY_ID: accessKeyId = '', S3_SECRET_ACCESS_KEY: secretAccessKey = '' } = this.s3.settings;
    const credentials = { accessKeyId, secretAccessKey };
    return { endpoint, region, bucket, credentials, forcePathStyle: true, connectTimeoutMs: 1_000, requestTimeoutMs: S3_TIMEOUT_MS };
  }

  private async run(start: AppStart, door?: FaultyS3): Promise<void> {
    const config = loadConfig(ENV);
    const peers = await openPeers(config.internal, start.service, this.test.database);
    const blobs = door === undefined ? {} : { blobs: new GuardedBlobStore(new S3BlobStore(this.settings(door.endpoint)), peers.breakers) };
    const ports = {
      ...peers,
      ...blobs,
      database: shared(this.test.database),
      log: shared(this.log),
      backplane: shared(this.backplane),
      ephemeral: shared(this.ephemeral),
      cache: shared(this.cache),
      jobs: await BullJobQueue.open({ settings: this.redisSettings, clock: this.clock, lockDurationMs: 5_000, stalledIntervalMs: 1_000 }),
      health: [],
    };
    this.running.set(start.service, await startOn({ config, clock: this.clock, ports }, start));
  }
}
