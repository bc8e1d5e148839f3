import { type RestClient } from './rest-client';

const BYTES = { 'content-type': 'application/offset+octet-stream' };

/** An upload as the tus protocol has it, one request at a time, for tests that say what each of them brings. */
export class BareUpload {
  private constructor(
    private readonly person: RestClient,
    readonly attachmentId: string,
  ) {}

  static async begin(person: RestClient, roomId: string, sizeBytes: number, name = 'file.bin'): Promise<BareUpload> {
    const metadata = Object.entries({ roomId, filename: name }).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
    const headers = { 'upload-length': String(sizeBytes), 'upload-metadata': metadata.join(',') };
    const answer = await ask(person, 'POST', '', headers);
    if (answer.status !== 201) throw new Error(`It was refused with ${String(answer.status)}: ${await answer.text()}`);
    return new BareUpload(person, answer.headers.get('location')?.split('/').at(-1) ?? '');
  }

  async send(bytes: Uint8Array<ArrayBuffer>, offset = 0): Promise<Response> {
    return ask(this.person, 'PATCH', this.attachmentId, { ...BYTES, 'upload-offset': String(offset) }, bytes);
  }

  /** With how much there is in `upload-offset`. */
  async look(): Promise<Response> {
    return ask(this.person, 'HEAD', this.attachmentId);
  }
}

async function ask(person: RestClient, method: string, id: string, more: Record<string, string> = {}, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = { authorization: `Bearer ${person.credentials?.accessToken ?? ''}`, 'tus-resumable': '1.0.0', ...more };
  return fetch(`${person.url}/api/v1/uploads${id === '' ? '' : `/${id}`}`, { method, headers, ...(body === undefined ? {} : { body }) });
}
