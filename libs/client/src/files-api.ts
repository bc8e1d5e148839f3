import { type Environment } from './clock';
import { AgentChatError } from './errors';
import { FileUpload, type UploadOptions } from './file-upload';
import { type Http } from './http';
import { type PageOptions } from './rooms-api';
import { type Attachment, type AttachmentLinks, type Page, type RoomFile } from './types';

/** Which files of a room. */
export interface RoomFilesOptions extends PageOptions {
  /** `image`: pictures that can be shown; `other`: all else. */
  readonly kind?: 'image' | 'other' | undefined;
  /** A part of the name, whatever the case. */
  readonly name?: string | undefined;
}

/** Files: sending them, and where they can be had. */
export class FilesApi {
  constructor(
    private readonly http: Http,
    private readonly baseUrl: string,
    private readonly environment: Environment,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Sends a file (or any `Blob`) for a room. It begins at once; post it with `room.send({ attachments: [await upload.done] })`. */
  upload(roomId: string, file: Blob, options: UploadOptions = {}): FileUpload {
    const { http, environment, onError } = this;
    return new FileUpload(roomId, file, options, { http, environment, onError, describe: (attachmentId) => this.describe(attachmentId) });
  }

  /**
   * Addresses of up to 100 files and of the smaller pictures made of them, for `src` and `href`: they work for an hour at least, for whoever knows them. Files that the
   * person may not see (any more) are left out. While `media` is `waiting` pictures are still being made: ask again in a second.
   */
  async links(attachmentIds: readonly string[]): Promise<readonly AttachmentLinks[]> {
    const key = this.environment.newKey();
    const { items } = await this.http.request<{ items: AttachmentLinks[] }>({ method: 'POST', path: '/attachments/links', body: { attachmentIds }, key });
    const absolute = (path: string): string => this.baseUrl + path;
    return items.map((item) => ({ ...item, url: absolute(item.url), variants: item.variants.map((variant) => ({ ...variant, url: absolute(variant.url) })) }));
  }

  /** Files of the messages in a room, newest first. */
  inRoom(roomId: string, options: RoomFilesOptions = {}): Promise<Page<RoomFile>> {
    return this.http.request({ method: 'GET', path: `/rooms/${encodeURIComponent(roomId)}/attachments`, query: { ...options } });
  }

  /** The largest file that the server takes. */
  async limits(): Promise<{ readonly maxBytes: number }> {
    const answer = await this.http.send({ method: 'OPTIONS', path: '/uploads', headers: {} });
    return { maxBytes: Number(answer.header('tus-max-size') ?? Infinity) };
  }

  private async describe(attachmentId: string): Promise<Attachment> {
    const [links] = await this.links([attachmentId]);
    if (links === undefined) throw new AgentChatError('ATTACHMENT_NOT_FOUND', { message: 'The file is gone' });
    const { name, type, sizeBytes, width, height } = links;
    return { attachmentId, name, type, sizeBytes, ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
  }
}
