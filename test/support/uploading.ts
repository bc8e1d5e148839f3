import { eventually } from '@agent-chat/testing';
import { Readable } from 'node:stream';
import { Upload, type UploadOptions } from 'tus-js-client';
import { type RestClient } from './rest-client';

/** What tests say of an upload. */
export interface WantedUpload {
  readonly roomId: string;
  readonly name?: string;
  readonly sha256?: string;
  readonly options?: Partial<UploadOptions>;
}

/** An upload by the official client of the tus protocol. */
export function uploadOf(
  person: RestClient,
  bytes: Buffer,
  { roomId, name = 'file.bin', sha256, options = {} }: WantedUpload,
): { upload: Upload; done: Promise<string> } {
  let upload: Upload | undefined;
  const done = new Promise<string>((resolve, reject) => {
    upload = new Upload(bytes, {
      endpoint: `${person.url}/api/v1/uploads`,
      retryDelays: [],
      headers: { Authorization: `Bearer ${person.credentials?.accessToken ?? ''}` },
      metadata: { roomId, filename: name, ...(sha256 === undefined ? {} : { sha256 }) },
      onSuccess: () => resolve(upload?.url?.split('/').at(-1) ?? ''),
      onError: reject,
      ...options,
    });
  });
  if (upload === undefined) throw new Error('An upload is made at once');
  return { upload, done };
}

/** Uploads; resolves with the file's id. */
export async function upload(person: RestClient, bytes: Buffer, wanted: WantedUpload): Promise<string> {
  const begun = uploadOf(person, bytes, wanted);
  begun.upload.start();
  return begun.done;
}

/** What an upload is refused with. */
export async function refusalOf(uploading: Promise<string>): Promise<{ status: number; code: string }> {
  const error = (await uploading.then(
    () => new Error('It was accepted'),
    (refused: unknown) => refused,
  )) as { originalResponse?: { getStatus(): number; getBody(): string } };
  if (error.originalResponse === undefined) throw error as Error;
  return { status: error.originalResponse.getStatus(), code: (JSON.parse(error.originalResponse.getBody()) as { code: string }).code };
}

/** A request for a file, as a browser makes it. */
export async function download(person: RestClient | undefined, url: string, headers: Record<string, string> = {}): Promise<Response> {
  const token: Record<string, string> = person?.credentials === undefined ? {} : { authorization: `Bearer ${person.credentials.accessToken}` };
  return fetch(url, { headers: { ...token, ...headers } });
}

export interface Links {
  readonly attachmentId: string;
  readonly url: string;
  readonly expiresAt: string;
  readonly media: string;
  readonly placeholder?: string;
  readonly variants: readonly { readonly name: string; readonly type: string; readonly width: number; readonly height: number; readonly url: string }[];
}

export async function linksTo(person: RestClient, attachmentIds: readonly string[]): Promise<readonly Links[]> {
  return ((await person.call('POST', '/attachments/links', { attachmentIds })).body as { items: Links[] }).items;
}

/** The links of an image once it was worked on. */
export async function linksOnceMade(person: RestClient, attachmentId: string): Promise<Links> {
  return eventually(
    async () => {
      const [links] = await linksTo(person, [attachmentId]);
      expect(links?.media).toMatch(/done|failed/);
      return links!;
    },
    { timeoutMs: 30_000 },
  );
}

/** A stream that brings its bytes slowly. */
export function slowly(bytes: Buffer, chunkBytes: number, everyMs: number): Readable {
  return Readable.from(
    (async function* () {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        yield bytes.subarray(at, at + chunkBytes);
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    })(),
  );
}
