import { AgentChatError, type Attachment, type FileUpload, type UploadOptions } from '@agent-chat/client';
import { type Store } from '../../core/store';
import { withoutMarks } from '../../text/direction';
import { type KeptFile } from './kept-files';
import { MAX_FILES, type LocalRefusal, type TrayItem } from './tray-items';

/** What a tray is built from. */
export interface TrayDependencies {
  readonly items: Store<readonly TrayItem[]>;
  readonly upload: (blob: Blob, options: UploadOptions) => FileUpload;
  /** The largest file that the server takes; `Infinity` where it can't be asked: then it refuses by itself. */
  readonly maxBytes: () => Promise<number>;
  readonly keep: (file: Pick<KeptFile, 'key' | 'name' | 'blob'>) => void;
  readonly noteUpload: (key: string, attachmentId: string) => void;
  readonly forget: (keys: readonly string[]) => void;
  /** An address of this page for a picture, until it is let go of. */
  readonly preview: (blob: Blob) => string | undefined;
  readonly letGo: (preview: string) => void;
  /** Shows the picture until smaller ones are made. */
  readonly keepPreview: (attachmentId: string, preview: string) => void;
  readonly newKey: () => string;
}

/** Uploads at the same time. */
const AT_ONCE = 3;

/** Whether trying again may help. */
export function mayRetry({ state, problem }: TrayItem): boolean {
  if (problem === undefined || typeof problem === 'string') return false;
  return state === 'sending' || !['FILE_TOO_LARGE', 'FILE_REFUSED'].includes(problem.code);
}

/** The files that are to go with somebody's next message in a room: uploaded while the message is being written. */
export class Tray {
  private readonly blobs = new Map<string, Blob>();
  private readonly uploads = new Map<string, FileUpload>();
  /** Ids of uploads that were begun, which go on where they were. */
  private readonly begun = new Map<string, string>();
  private queue: string[] = [];

  constructor(private readonly dependencies: TrayDependencies) {}

  /** Takes as many as there is place for; answers how many were left out. */
  add(files: readonly File[]): number {
    const taken = files.slice(0, Math.max(0, MAX_FILES - this.items.length));
    for (const file of taken) {
      const key = this.dependencies.newKey();
      this.dependencies.keep({ key, name: file.name, blob: file });
      this.put(key, file.name, file);
    }
    return files.length - taken.length;
  }

  /** Takes what an earlier page has left, and goes on with it. */
  restore(files: readonly KeptFile[]): void {
    for (const { key, name, blob, attachmentId } of files) {
      if (this.blobs.has(key)) continue;
      if (attachmentId !== undefined) this.begun.set(key, attachmentId);
      this.put(key, name, blob);
    }
  }

  /** Takes a file out; its upload is cancelled. */
  remove(key: string): void {
    const preview = this.find(key)?.preview;
    if (preview !== undefined) this.dependencies.letGo(preview);
    this.set(this.items.filter((item) => item.key !== key));
    void this.uploads.get(key)?.cancel();
    this.drop([key]);
    this.pump();
  }

  /** Tries what failed again, and what waits at once. */
  retry(key: string): void {
    const item = this.find(key);
    if (item?.state === 'sending') this.uploads.get(key)?.retryNow();
    if (item?.state !== 'failed') return;
    this.change(key, { state: 'waiting', problem: undefined });
    void this.check(key);
  }

  /** The network is back. */
  retryAll(): void {
    for (const upload of this.uploads.values()) upload.retryNow();
  }

  /** These went with a message: they are the tray's no more. */
  sent(items: readonly TrayItem[]): void {
    for (const { preview, attachment } of items)
      if (preview !== undefined && attachment !== undefined) this.dependencies.keepPreview(attachment.attachmentId, preview);
    this.drop(items.map(({ key }) => key));
  }

  private get items(): readonly TrayItem[] {
    return this.dependencies.items.getSnapshot();
  }

  private find(key: string): TrayItem | undefined {
    return this.items.find((item) => item.key === key);
  }

  private set(items: readonly TrayItem[]): void {
    this.dependencies.items.set(items);
  }

  private change(key: string, change: Partial<TrayItem>): void {
    this.set(this.items.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  private put(key: string, given: string, blob: Blob): void {
    const name = withoutMarks(given);
    this.blobs.set(key, blob);
    this.set([...this.items, { key, name, sizeBytes: blob.size, state: 'waiting', sentBytes: 0, preview: this.dependencies.preview(blob) }]);
    void this.check(key);
  }

  private drop(keys: readonly string[]): void {
    for (const key of keys) for (const known of [this.blobs, this.uploads, this.begun]) known.delete(key);
    this.queue = this.queue.filter((key) => !keys.includes(key));
    this.dependencies.forget(keys);
  }

  /** What is refused for certain is not sent at all. */
  private async check(key: string): Promise<void> {
    const blob = this.blobs.get(key);
    const problem = blob === undefined ? undefined : await this.problemOf(blob);
    if (!this.blobs.has(key)) return;
    if (problem !== undefined) this.change(key, { state: 'failed', problem });
    else this.queue.push(key);
    this.pump();
  }

  private async problemOf(blob: Blob): Promise<AgentChatError | LocalRefusal | undefined> {
    // A folder, and a file that has changed or gone since it was chosen, can't be read.
    const isReadable = await blob
      .slice(0, 1)
      .arrayBuffer()
      .then(
        () => true,
        () => false,
      );
    if (!isReadable) return 'UNREADABLE';
    if (blob.size === 0) return 'EMPTY';
    return blob.size > (await this.dependencies.maxBytes()) ? new AgentChatError('FILE_TOO_LARGE') : undefined;
  }

  private pump(): void {
    while (this.items.filter(({ state }) => state === 'sending').length < AT_ONCE) {
      const key = this.queue.shift();
      if (key === undefined) return;
      this.begin(key);
    }
  }

  private begin(key: string): void {
    const blob = this.blobs.get(key);
    const name = this.find(key)?.name;
    if (blob === undefined || name === undefined) return;
    const upload = this.dependencies.upload(blob, { name, resume: this.begun.get(key) });
    this.uploads.set(key, upload);
    this.change(key, { state: 'sending', problem: undefined });
    upload.subscribe(() => this.follow(key, upload));
    upload.done.then(
      (attachment) => this.ready(key, upload, attachment),
      (error: unknown) => this.failed(key, upload, AgentChatError.from(error)),
    );
  }

  private follow(key: string, upload: FileUpload): void {
    if (this.uploads.get(key) !== upload) return;
    const { state, sentBytes, attachmentId, error } = upload.getSnapshot();
    if (attachmentId !== undefined && this.begun.get(key) !== attachmentId) {
      this.begun.set(key, attachmentId);
      this.dependencies.noteUpload(key, attachmentId);
    }
    if (state === 'sending') this.change(key, { sentBytes, problem: error });
  }

  private ready(key: string, upload: FileUpload, attachment: Attachment): void {
    if (this.uploads.get(key) !== upload) return;
    this.change(key, { state: 'ready', attachment, name: attachment.name, sentBytes: attachment.sizeBytes, problem: undefined });
    this.pump();
  }

  private failed(key: string, upload: FileUpload, error: AgentChatError): void {
    if (this.uploads.get(key) !== upload) return;
    this.uploads.delete(key);
    // What was begun long ago is forgotten: the file is here, and begins anew.
    if (error.code === 'ATTACHMENT_NOT_FOUND' && this.begun.delete(key)) {
      this.change(key, { state: 'waiting', sentBytes: 0 });
      this.queue.push(key);
    } else this.change(key, { state: 'failed', problem: error });
    this.pump();
  }
}
