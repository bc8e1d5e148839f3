import { AgentChatError, type Attachment, type FileUpload, type UploadOptions, type UploadSnapshot } from '@agent-chat/client';
import { Store } from '../../core/store';
import { mayRetry, Tray } from './tray';
import { readinessOf, type TrayItem } from './tray-items';

/** An upload that goes as the test says. */
class ScriptedUpload {
  readonly store: Store<UploadSnapshot>;
  readonly subscribe = (listener: () => void): (() => void) => this.store.subscribe(listener);
  readonly getSnapshot = (): UploadSnapshot => this.store.getSnapshot();
  readonly retryNow = jest.fn();
  readonly cancel = jest.fn(() => Promise.resolve());
  readonly done: Promise<Attachment>;
  private end: { resolve: (attachment: Attachment) => void; reject: (error: unknown) => void } | undefined;

  constructor(
    readonly blob: Blob,
    readonly options: UploadOptions,
  ) {
    this.store = new Store<UploadSnapshot>({ state: 'sending', sentBytes: 0, sizeBytes: blob.size, attachmentId: options.resume, error: undefined });
    this.done = new Promise((resolve, reject) => (this.end = { resolve, reject }));
    this.done.catch(() => undefined);
  }

  tell(change: Partial<UploadSnapshot>): void {
    this.store.update((before) => ({ ...before, ...change }));
  }

  async succeed(attachmentId: string): Promise<void> {
    this.end?.resolve({ attachmentId, name: this.options.name ?? '', type: 'text/plain', sizeBytes: this.blob.size });
    await settled();
  }

  async fail(code: string): Promise<void> {
    this.end?.reject(new AgentChatError(code));
    await settled();
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the tray of a message', () => {
  let items: Store<readonly TrayItem[]>;
  let uploads: ScriptedUpload[];
  let told: string[];
  let tray: Tray;

  const file = (name: string, sizeBytes = 10): File => new File([new Uint8Array(sizeBytes)], name);
  const states = (): string[] => items.getSnapshot().map(({ name, state }) => `${name}: ${state}`);
  const at = (index: number): TrayItem => items.getSnapshot()[index]!;

  beforeEach(() => {
    items = new Store<readonly TrayItem[]>([]);
    [uploads, told] = [[], []];
    let keys = 0;
    tray = new Tray({
      items,
      upload: (blob, options) => {
        const upload = new ScriptedUpload(blob, options);
        uploads.push(upload);
        return upload as unknown as FileUpload;
      },
      maxBytes: () => Promise.resolve(100),
      keep: ({ key, name }) => told.push(`keep ${key} ${name}`),
      noteUpload: (key, attachmentId) => told.push(`note ${key} ${attachmentId}`),
      forget: (gone) => told.push(`forget ${gone.join()}`),
      preview: (blob) => (blob.size === 7 ? 'blob:seven' : undefined),
      letGo: (preview) => told.push(`let go of ${preview}`),
      keepPreview: (attachmentId, preview) => told.push(`show ${preview} for ${attachmentId}`),
      newKey: () => `k${String(++keys)}`,
    });
  });

  it('sends three at a time, in the order they were chosen, and tells how far each is', async () => {
    expect(tray.add(['a', 'b', 'c', 'd'].map((name) => file(name)))).toBe(0);
    await settled();
    expect(states()).toEqual(['a: sending', 'b: sending', 'c: sending', 'd: waiting']);
    uploads[0]?.tell({ sentBytes: 4, attachmentId: 'id-a' });
    expect(at(0)).toMatchObject({ sentBytes: 4, sizeBytes: 10 });
    expect(readinessOf(items.getSnapshot())).toEqual({ count: 4, isUploading: true, hasFailed: false });

    await uploads[1]?.succeed('id-b');
    expect(states()).toEqual(['a: sending', 'b: ready', 'c: sending', 'd: sending']);
    expect(at(1).attachment).toMatchObject({ attachmentId: 'id-b' });
    expect(told).toEqual(['keep k1 a', 'keep k2 b', 'keep k3 c', 'keep k4 d', 'note k1 id-a']);
  });

  it('calls them as the server will, without what nobody sees', async () => {
    tray.add([file('holiday\u202Egpj.exe')]);
    await settled();
    expect(states()).toEqual(['holidaygpj.exe: sending']);
    expect(uploads[0]?.options).toMatchObject({ name: 'holidaygpj.exe' });
  });

  it('takes ten files, and says how many it left out', async () => {
    expect(tray.add(Array.from({ length: 8 }, (_, n) => file(String(n))))).toBe(0);
    expect(tray.add(Array.from({ length: 5 }, (_, n) => file(`more ${String(n)}`)))).toBe(3);
    expect(items.getSnapshot()).toHaveLength(10);
    expect(tray.add([file('one')])).toBe(1);
    await settled();
  });

  it('refuses what can’t be taken before a byte of it is sent', async () => {
    const gone = file('gone');
    jest.spyOn(gone, 'slice').mockReturnValue({ arrayBuffer: () => Promise.reject(new Error('gone')) } as unknown as Blob);
    tray.add([file('large', 101), file('empty', 0), gone, file('right', 100)]);
    await settled();
    expect(states()).toEqual(['large: failed', 'empty: failed', 'gone: failed', 'right: sending']);
    expect(items.getSnapshot().map(({ problem }) => (problem instanceof AgentChatError ? problem.code : problem))).toEqual([
      'FILE_TOO_LARGE',
      'EMPTY',
      'UNREADABLE',
      undefined,
    ]);
    expect(items.getSnapshot().map(mayRetry)).toEqual([false, false, false, false]);
    expect(uploads).toHaveLength(1);
  });

  it('says why one does not go on, and tries it at once when told to, or when the network is back', async () => {
    tray.add([file('a')]);
    await settled();
    uploads[0]?.tell({ error: new AgentChatError('UNAVAILABLE') });
    expect(at(0)).toMatchObject({ state: 'sending', problem: { code: 'UNAVAILABLE' } });
    expect(mayRetry(at(0))).toBe(true);
    tray.retry('k1');
    tray.retryAll();
    expect(uploads[0]?.retryNow).toHaveBeenCalledTimes(2);
    uploads[0]?.tell({ error: undefined, sentBytes: 5 });
    expect(at(0).problem).toBeUndefined();
  });

  it('tries what failed again, from where it was', async () => {
    tray.add([file('a')]);
    await settled();
    uploads[0]?.tell({ attachmentId: 'id-a', sentBytes: 6 });
    await uploads[0]?.fail('SIGNED_OUT');
    expect(at(0)).toMatchObject({ state: 'failed', problem: { code: 'SIGNED_OUT' } });
    expect(readinessOf(items.getSnapshot()).hasFailed).toBe(true);
    tray.retry('k1');
    await settled();
    expect(uploads[1]?.options).toMatchObject({ name: 'a', resume: 'id-a' });
    expect(states()).toEqual(['a: sending']);
  });

  it('goes on with what an earlier page has left, and begins anew where the server has forgotten it', async () => {
    const left = { me: 'me', roomId: 'r', atMs: 0, blob: new Blob(['12345']) };
    tray.restore([
      { ...left, key: 'old', name: 'a', attachmentId: 'id-a' },
      { ...left, key: 'new', name: 'b' },
    ]);
    tray.restore([{ ...left, key: 'old', name: 'a', attachmentId: 'id-a' }]);
    await settled();
    expect(uploads.map(({ options }) => options.resume)).toEqual(['id-a', undefined]);
    await uploads[0]?.fail('ATTACHMENT_NOT_FOUND');
    expect(uploads[2]?.options).toEqual({ name: 'a', resume: undefined });
    await uploads[2]?.fail('ATTACHMENT_NOT_FOUND');
    expect(states()).toEqual(['a: failed', 'b: sending']);
    expect(told).toEqual([]);
  });

  it('forgets what is taken out, cancels it, and goes on with the next', async () => {
    tray.add([file('seven', 7), file('b'), file('c'), file('d'), file('e')]);
    await settled();
    tray.remove('k5');
    tray.remove('k1');
    expect(states()).toEqual(['b: sending', 'c: sending', 'd: sending']);
    expect(uploads[0]?.cancel).toHaveBeenCalledTimes(1);
    uploads[0]?.tell({ sentBytes: 7 });
    await uploads[0]?.fail('CANCELLED');
    expect(states()).toEqual(['b: sending', 'c: sending', 'd: sending']);
    expect(told.slice(5)).toEqual(['forget k5', 'let go of blob:seven', 'forget k1']);
  });

  it('shows a picture that was sent until smaller ones are made, and keeps nothing else of it', async () => {
    tray.add([file('seven', 7), file('b')]);
    await settled();
    await uploads[0]?.succeed('id-a');
    const sent = items.getSnapshot();
    items.set([]);
    tray.sent(sent);
    expect(told.slice(2)).toEqual(['show blob:seven for id-a', 'forget k1,k2']);
  });
});
