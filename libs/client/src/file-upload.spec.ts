import { AgentChatError } from './errors';
import { FileUpload, type UploadOptions } from './file-upload';
import { type Http, type RawCall } from './http';
import { SteeredEnvironment, settle } from './testing/steered-environment';

const KIB = 1024;

/** A server that keeps what arrives, and fails as it is told. */
class Server {
  readonly calls: string[] = [];
  readonly sizes: number[] = [];
  stored = 0;
  /** What the next calls are answered with instead; `late`: they are done, and their answer is lost. */
  failures: (AgentChatError | 'late')[] = [];
  /** Of the environment, for calls that take a while. */
  tookMs = 0;

  constructor(private readonly environment: SteeredEnvironment) {}

  readonly send = async (call: RawCall): Promise<{ header: (name: string) => string | null }> => {
    this.calls.push(call.method);
    await settle();
    if (call.signal?.aborted === true) throw new AgentChatError('CANCELLED');
    const failure = this.failures.shift();
    if (failure instanceof AgentChatError) throw failure;
    if (call.method === 'PATCH') await this.take(call);
    if (failure === 'late') throw new AgentChatError('NETWORK_ERROR');
    return { header: (name) => (name === 'location' ? '/api/v1/uploads/the-id' : String(this.stored)) };
  };

  private async take({ headers, body }: RawCall): Promise<void> {
    if (Number(headers['upload-offset']) !== this.stored) throw new AgentChatError('UPLOAD_CONFLICT', { retryable: true });
    if (this.tookMs > 0) await this.environment.advance(this.tookMs);
    this.stored += body?.size ?? 0;
    this.sizes.push(body?.size ?? 0);
  }
}

describe('an upload', () => {
  const environment = new SteeredEnvironment();
  let server: Server;
  const ATTACHMENT = { attachmentId: 'the-id', name: 'a', type: 'text/plain', sizeBytes: 1 };

  beforeEach(() => {
    server = new Server(environment);
  });

  const begin = (sizeBytes: number, options: UploadOptions = {}): FileUpload =>
    new FileUpload('room', new Blob([new Uint8Array(sizeBytes)]), options, {
      http: server as unknown as Http,
      environment,
      describe: () => Promise.resolve(ATTACHMENT),
      onError: () => undefined,
    });
  /** Lets time pass until the upload has ended. */
  const ended = async (upload: FileUpload): Promise<void> => {
    for (let turn = 0; turn < 500 && upload.getSnapshot().state === 'sending'; turn += 1) await environment.advance(1_000);
  };

  it('sends the file in growing chunks, and tells how far it is', async () => {
    const upload = begin(3_000 * KIB);
    const seen: number[] = [];
    upload.subscribe(() => seen.push(upload.getSnapshot().sentBytes));
    await ended(upload);

    await expect(upload.done).resolves.toEqual(ATTACHMENT);
    expect(server.sizes).toEqual([512 * KIB, 1_024 * KIB, 1_464 * KIB]);
    expect(new Set(seen)).toEqual(new Set([0, 512 * KIB, 1_536 * KIB, 3_000 * KIB]));
    expect(upload.getSnapshot()).toEqual({ state: 'done', sentBytes: 3_000 * KIB, sizeBytes: 3_000 * KIB, attachmentId: 'the-id', error: undefined });
  });

  it('sends smaller chunks over a slow line', async () => {
    server.tookMs = 10_000;
    const upload = begin(900 * KIB);
    await ended(upload);

    expect(server.sizes).toEqual([512 * KIB, 256 * KIB, 128 * KIB, 4 * KIB]);
  });

  it('goes on where the server is after whatever can pass, also where only the answer was lost', async () => {
    server.failures = [new AgentChatError('UNAVAILABLE'), 'late', new AgentChatError('NETWORK_ERROR')];
    const upload = begin(100 * KIB);
    await ended(upload);

    await expect(upload.done).resolves.toEqual(ATTACHMENT);
    expect(server.stored).toBe(100 * KIB);
    expect(server.calls.filter((method) => method === 'POST').length).toBeGreaterThan(1);
  });

  it('says why it waits, until it goes on, and can be told to try at once', async () => {
    server.failures = [new AgentChatError('UNAVAILABLE', { retryable: true, retryAfterMs: 60_000 })];
    const upload = begin(100 * KIB);
    for (let turn = 0; turn < 3; turn += 1) await settle();
    expect(upload.getSnapshot()).toMatchObject({ state: 'sending', sentBytes: 0, error: { code: 'UNAVAILABLE' } });

    upload.retryNow();
    for (let turn = 0; turn < 10; turn += 1) await settle();

    await expect(upload.done).resolves.toEqual(ATTACHMENT);
    expect(upload.getSnapshot()).toMatchObject({ state: 'done', error: undefined });
  });

  it('asks how far it is after a conflict', async () => {
    const upload = begin(700 * KIB, { resume: 'the-id' });
    server.stored = 300 * KIB;
    await ended(upload);

    expect(server.calls).toEqual(['HEAD', 'PATCH']);
    expect(server.sizes).toEqual([400 * KIB]);
    server.calls.length = 0;
    const other = begin(800 * KIB, { resume: 'the-id' });
    await settle();
    server.stored = 750 * KIB;
    await ended(other);

    expect(server.stored).toBe(800 * KIB);
  });

  it('ends with what no trying mends', async () => {
    server.failures = [new AgentChatError('FILE_TOO_LARGE')];
    const upload = begin(10);
    await ended(upload);

    await expect(upload.done).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    expect(upload.getSnapshot()).toMatchObject({ state: 'failed', error: { code: 'FILE_TOO_LARGE' } });
    expect(server.calls).toEqual(['POST']);
  });

  it('is cancelled at any time, and the server told', async () => {
    server.failures = [];
    const upload = begin(5_000 * KIB);
    for (let turn = 0; turn < 3; turn += 1) await settle();
    await upload.cancel();
    await upload.cancel();

    await expect(upload.done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(upload.getSnapshot().state).toBe('cancelled');
    expect(server.calls.filter((method) => method === 'DELETE')).toHaveLength(1);
    const sent = server.sizes.length;
    await environment.advance(60_000);
    expect(server.sizes).toHaveLength(sent);
  });
});
