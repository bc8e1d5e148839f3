import { backoffMs } from './backoff';
import { pause, type Environment } from './clock';
import { AgentChatError } from './errors';
import { type Http, type RawAnswer } from './http';
import { Store, type ReadableStore } from './store';
import { type Attachment } from './types';

/** How far an upload is. */
export interface UploadSnapshot {
  readonly state: 'sending' | 'done' | 'failed' | 'cancelled';
  /** What the server has stored. */
  readonly sentBytes: number;
  readonly sizeBytes: number;
  /** Once the server knows the upload: keep it to go on with `resume` after a reload. */
  readonly attachmentId: string | undefined;
  /** Why it failed; while `sending` why it doesn't go on at the moment: it is tried again by itself. */
  readonly error: AgentChatError | undefined;
}

/** What an upload is made of. */
export interface UploadOptions {
  /** As the file is to be called; default its own name. */
  readonly name?: string | undefined;
  /** SHA-256 of the file, 64 digits in hex: the server refuses what arrives damaged. */
  readonly sha256?: string | undefined;
  /** The `attachmentId` of an upload of the same file that was begun before. */
  readonly resume?: string | undefined;
}

/** What an upload is built from. */
export interface UploadDependencies {
  readonly http: Http;
  readonly environment: Environment;
  /** What a complete file was found to be. */
  readonly describe: (attachmentId: string) => Promise<Attachment>;
  /** Told of a listener that throws. */
  readonly onError: (error: unknown) => void;
}

const TUS = { 'tus-resumable': '1.0.0' };
const KIB = 1024;
const CHUNK = { first: 512 * KIB, most: 4096 * KIB, least: 64 * KIB };
/** A chunk that took less is followed by a larger one, a chunk that took more by a smaller one. */
const QUICK_MS = 1_000;
const SLOW_MS = 8_000;
const CHUNK_TIMEOUT_MS = 60_000;
const BACKOFF = { baseMs: 500, capMs: 20_000 };

/** One file on its way to the server, by the tus protocol: it goes on where it was after every interruption, until it is cancelled or refused. */
export class FileUpload implements ReadableStore<UploadSnapshot> {
  /** The file, to be posted with `room.send({ attachments })`; rejects when it was refused or cancelled. Needs no handler. */
  readonly done: Promise<Attachment>;
  private readonly store: Store<UploadSnapshot>;
  private readonly abort = new AbortController();
  private chunkBytes = CHUNK.first;
  private failures = 0;
  private endWait: () => void = () => undefined;

  constructor(
    private readonly roomId: string,
    private readonly file: Blob,
    private readonly options: UploadOptions,
    private readonly dependencies: UploadDependencies,
  ) {
    this.store = new Store<UploadSnapshot>(
      { state: 'sending', sentBytes: 0, sizeBytes: file.size, attachmentId: options.resume, error: undefined },
      dependencies.onError,
    );
    this.done = this.run();
    this.done.catch(() => undefined);
  }

  readonly subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);

  readonly getSnapshot = (): UploadSnapshot => this.store.getSnapshot();

  /** Stops it, and has the server forget what it has of it. Does nothing for one that has ended. */
  async cancel(): Promise<void> {
    const { state, attachmentId } = this.getSnapshot();
    if (state !== 'sending') return;
    this.change({ state: 'cancelled' });
    this.abort.abort();
    if (attachmentId !== undefined)
      await this.dependencies.http.send({ method: 'DELETE', path: `/uploads/${attachmentId}`, headers: TUS }).catch(() => undefined);
  }

  /** Ends the wait between two tries; does nothing at any other time. */
  retryNow(): void {
    this.endWait();
  }

  private async run(): Promise<Attachment> {
    try {
      const attachmentId = this.options.resume ?? (await this.patiently(() => this.create()));
      this.change({ attachmentId });
      await this.sendAll(attachmentId);
      const attachment = await this.dependencies.describe(attachmentId);
      this.change({ state: 'done', error: undefined });
      return attachment;
    } catch (thrown) {
      const isCancelled = this.isCancelled();
      const error = isCancelled ? new AgentChatError('CANCELLED', { message: 'The upload was cancelled' }) : AgentChatError.from(thrown);
      if (!isCancelled) this.change({ state: 'failed', error });
      throw error;
    }
  }

  private async create(): Promise<string> {
    const { name = nameOf(this.file), sha256 } = this.options;
    const metadata = { roomId: this.roomId, filename: name, ...(sha256 === undefined ? {} : { sha256 }) };
    const headers = { ...TUS, 'upload-length': String(this.file.size), 'upload-metadata': encodeMetadata(metadata) };
    const answer = await this.dependencies.http.send({ method: 'POST', path: '/uploads', headers, signal: this.abort.signal });
    return answer.header('location')?.split('/').at(-1) ?? '';
  }

  private async sendAll(attachmentId: string): Promise<void> {
    let offset = this.options.resume === undefined ? 0 : await this.ask(attachmentId);
    while (offset < this.file.size) {
      try {
        offset = await this.sendChunk(attachmentId, offset);
        this.failures = 0;
        this.change({ sentBytes: offset, error: undefined });
      } catch (thrown) {
        await this.wait(AgentChatError.from(thrown));
        this.chunkBytes = Math.max(this.chunkBytes / 2, CHUNK.least);
        offset = await this.ask(attachmentId);
      }
    }
  }

  private async sendChunk(attachmentId: string, offset: number): Promise<number> {
    const { http, environment } = this.dependencies;
    const startedMs = environment.nowMs();
    const answer = await http.send({
      method: 'PATCH',
      path: `/uploads/${attachmentId}`,
      headers: { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
      body: this.file.slice(offset, offset + this.chunkBytes),
      signal: this.abort.signal,
      timeoutMs: CHUNK_TIMEOUT_MS,
    });
    const tookMs = environment.nowMs() - startedMs;
    if (tookMs < QUICK_MS) this.chunkBytes = Math.min(this.chunkBytes * 2, CHUNK.most);
    else if (tookMs > SLOW_MS) this.chunkBytes = Math.max(this.chunkBytes / 2, CHUNK.least);
    return offsetIn(answer);
  }

  /** How much the server has. */
  private async ask(attachmentId: string): Promise<number> {
    const { http } = this.dependencies;
    const answer = await this.patiently(() => http.send({ method: 'HEAD', path: `/uploads/${attachmentId}`, headers: TUS, signal: this.abort.signal }));
    const offset = offsetIn(answer);
    this.change({ sentBytes: offset });
    return offset;
  }

  private async patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        await this.wait(AgentChatError.from(thrown));
      }
    }
  }

  /** Before it is tried again; throws what no trying mends. */
  private async wait(error: AgentChatError): Promise<void> {
    if (!error.retryable || this.isCancelled()) throw error;
    const { environment } = this.dependencies;
    this.change({ error });
    const ended = new Promise<void>((resolve) => (this.endWait = resolve));
    await Promise.race([pause(environment, backoffMs(this.failures++, BACKOFF, environment.random, error.retryAfterMs)), ended]);
    if (this.isCancelled()) throw error;
  }

  private isCancelled(): boolean {
    return this.getSnapshot().state === 'cancelled';
  }

  private change(change: Partial<UploadSnapshot>): void {
    this.store.set({ ...this.getSnapshot(), ...change });
  }
}

function offsetIn(answer: RawAnswer): number {
  const offset = Number(answer.header('upload-offset') ?? 'none');
  if (!Number.isInteger(offset)) throw new AgentChatError('INTERNAL', { message: 'The server did not say how far the upload is' });
  return offset;
}

function nameOf(file: Blob): string {
  return 'name' in file && typeof file.name === 'string' ? file.name : 'file';
}

/** Names and values in Base64, as the protocol has them. */
function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name} ${base64(new TextEncoder().encode(value))}`)
    .join(',');
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
