import { AppError } from '@agent-chat/kernel';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type Readable } from 'node:stream';
import { type BlobFacts, BlobStore, type ByteRange } from '../../blob-store.port';
import { requireBlobSize, requireKey } from '../../require-key';

export interface S3Settings {
  /** Absent: that of AWS in the region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly bucket: string;
  /** Absent: as the process finds them by itself (instance or pod identity, `AWS_*`). */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The bucket in the path and not in the host's name, as most servers but AWS want it. */
  readonly forcePathStyle: boolean;
  readonly connectTimeoutMs: number;
  /** For one try of a request; of several. */
  readonly requestTimeoutMs: number;
}

/** Tries of one request: those that failed by a time-out, a lost connection or a 5xx are made again after a growing pause. */
const MAX_ATTEMPTS = 3;
const MAX_CONNECTIONS = 64;
/** Most keys that one request removes. */
const DELETE_PAGE = 1_000;
const PING_TIMEOUT_MS = 1_500;
const RETRY_AFTER_MS = 2_000;

/** Blobs as objects in a bucket of S3, or of a server that speaks like it. */
export class S3BlobStore extends BlobStore {
  private readonly client: S3Client;

  constructor(private readonly settings: S3Settings) {
    super();
    const { endpoint, region, credentials, forcePathStyle, connectTimeoutMs, requestTimeoutMs } = settings;
    this.client = new S3Client({
      region,
      forcePathStyle,
      maxAttempts: MAX_ATTEMPTS,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
      requestHandler: {
        connectionTimeout: connectTimeoutMs,
        requestTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
        socketTimeout: requestTimeoutMs,
        httpAgent: { maxSockets: MAX_CONNECTIONS },
        httpsAgent: { maxSockets: MAX_CONNECTIONS },
      },
      // Not every server knows the newer kinds; what is uploaded has a checksum of its own.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  override async put(key: string, bytes: Uint8Array): Promise<void> {
    requireBlobSize(bytes);
    const place = this.placeOf(key);
    await told(() => this.client.send(new PutObjectCommand({ ...place, Body: bytes, ContentLength: bytes.byteLength })));
  }

  override async get(key: string, range?: ByteRange): Promise<Readable> {
    const place = this.placeOf(key);
    const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
    const { Body } = await told(() => this.client.send(new GetObjectCommand({ ...place, Range })));
    // In Node a body is always one of Node's own streams.
    return Body as Readable;
  }

  override async list(folder: string): Promise<readonly BlobFacts[]> {
    const { Key } = this.placeOf(folder);
    const found: BlobFacts[] = [];
    let token: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await told(() =>
        this.client.send(new ListObjectsV2Command({ Bucket: this.settings.bucket, Prefix: `${Key}/`, ContinuationToken: token })),
      );
      for (const { Key: key = '', Size: sizeBytes = 0 } of page.Contents ?? []) if (!key.endsWith('/')) found.push({ key, sizeBytes });
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  override async delete(keys: readonly string[]): Promise<void> {
    const objects = keys.map((key) => ({ Key: this.placeOf(key).Key }));
    for (let at = 0; at < objects.length; at += DELETE_PAGE) {
      const page = objects.slice(at, at + DELETE_PAGE);
      const { Errors = [] } = await told(() =>
        this.client.send(new DeleteObjectsCommand({ Bucket: this.settings.bucket, Delete: { Objects: page, Quiet: true } })),
      );
      const refused = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
      if (refused.length > 0) throw unavailable(new Error(`${refused.length} objects were not removed: ${refused[0]?.Code ?? ''}`));
    }
  }

  override async ping(): Promise<void> {
    const abortSignal = AbortSignal.timeout(PING_TIMEOUT_MS);
    await told(() => this.client.send(new HeadBucketCommand({ Bucket: this.settings.bucket }), { abortSignal }));
  }

  override async close(): Promise<void> {
    this.client.destroy();
  }

  private placeOf(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.settings.bucket, Key: requireKey(key) };
  }
}

/** Errors of the SDK as those of the catalogue. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'NoSuchKey') throw new AppError('NOT_FOUND', { cause: error });
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new AppError('TIMEOUT', { detail: 'The store of files did not answer in time', retryAfterMs: RETRY_AFTER_MS, cause: error });
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', { detail: 'Files cannot be stored or read now', retryAfterMs: RETRY_AFTER_MS, cause });
}
