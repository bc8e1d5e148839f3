import { type Breaker, type Breakers } from '@agent-chat/resilience';
import { declareHistogram } from '@agent-chat/observability';
import { AppError } from '@agent-chat/kernel';
import { Readable } from 'node:stream';
import { type BlobFacts, BlobStore, type ByteRange } from './blob-store.port';

/** Under way at once; each holds a few megabytes at most. */
const CAPACITY = 64;
const RETRY_AFTER_MS = 1_000;

const requests = declareHistogram({
  name: 'agent_chat_blob_request_duration_seconds',
  help: 'Time of a request to the store of files; of `get` until its first bytes are there',
  labels: ['operation', 'outcome'],
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

type Operation = 'put' | 'get' | 'list' | 'delete';

/** Any store behind a breaker for each kind of request, counted: one that is slow or away holds nobody up for long. What breaks off while it is read fails with UNAVAILABLE. */
export class GuardedBlobStore extends BlobStore {
  constructor(
    private readonly store: BlobStore,
    private readonly breakers: Breakers,
  ) {
    super();
  }

  override put(key: string, bytes: Uint8Array): Promise<void> {
    return this.run('put', () => this.store.put(key, bytes));
  }

  override async get(key: string, range?: ByteRange): Promise<Readable> {
    const bytes = await this.run('get', () => this.store.get(key, range));
    return Readable.from(told(bytes), { objectMode: false });
  }

  override list(folder: string): Promise<readonly BlobFacts[]> {
    return this.run('list', () => this.store.list(folder));
  }

  override delete(keys: readonly string[]): Promise<void> {
    return this.run('delete', () => this.store.delete(keys));
  }

  override ping(): Promise<void> {
    return this.store.ping();
  }

  override close(): Promise<void> {
    return this.store.close();
  }

  private async run<Result>(operation: Operation, work: () => Promise<Result>): Promise<Result> {
    const startedMs = performance.now();
    const count = (outcome: string): void => {
      requests.observe({ operation, outcome }, (performance.now() - startedMs) / 1_000);
    };
    try {
      const result = await this.breakerOf(operation).run(work);
      count('ok');
      return result;
    } catch (error) {
      count(error instanceof AppError && !error.retryable ? 'refused' : 'failed');
      throw error;
    }
  }

  private breakerOf(operation: Operation): Breaker {
    return this.breakers.of(`blobs/${operation}`, { capacity: CAPACITY });
  }
}

/** The bytes; what the connection or the disk says where they break off is told in the catalogue's words. */
async function* told(bytes: Readable): AsyncGenerator<Buffer> {
  try {
    yield* bytes as AsyncIterable<Buffer>;
  } catch (error) {
    throw new AppError('UNAVAILABLE', { detail: 'The store of files broke off', retryAfterMs: RETRY_AFTER_MS, cause: error });
  }
}
