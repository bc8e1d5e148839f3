import { AppConfig } from '@agent-chat/config';
import { AppError, type ErrorCode, isUuid, type UserId } from '@agent-chat/kernel';
import { type RelayFacts } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { Server, type ServerOptions } from '@tus/server';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { NodeRequest, sendNodeResponse } from 'srvx/node';
import { BeginUploadHandler } from '../application/begin-upload.handler';
import { CompleteUploadHandler } from '../application/complete-upload.handler';
import { Files } from '../application/files';
import { TusBlobStore } from '../infrastructure/tus-blob-store';

/** Where uploads are, below the gateway's address. */
export const UPLOADS_PATH = '/api/v1/uploads';

/** Each holds up to two pieces in memory. */
const MOST_AT_ONCE = 48;

type TusRequest = Parameters<NonNullable<ServerOptions['onUploadFinish']>>[0];

/** What the protocol's errors are in the catalogue, by their status; others are faults of the request. */
const CODES: Partial<Record<number, ErrorCode>> = {
  404: 'ATTACHMENT_NOT_FOUND',
  409: 'UPLOAD_CONFLICT',
  410: 'ATTACHMENT_NOT_FOUND',
  413: 'FILE_TOO_LARGE',
  500: 'INTERNAL',
};

/** Uploads by the tus protocol (version 1.0.0, https://tus.io), of callers whom the gateway knows. */
@Injectable()
export class UploadRelay {
  private readonly server: Server;
  private readonly callers = new WeakMap<object, UserId>();
  private readonly failures = new WeakMap<object, unknown>();
  private writing = 0;

  constructor(
    store: TusBlobStore,
    private readonly files: Files,
    private readonly beginning: BeginUploadHandler,
    private readonly completing: CompleteUploadHandler,
    private readonly config: AppConfig,
  ) {
    this.server = new Server({
      path: UPLOADS_PATH,
      datastore: store,
      relativeLocation: true,
      // The gateway says which pages may call.
      allowedOrigins: [],
      namingFunction: (request, metadata) => this.begin(request, metadata ?? {}),
      onIncomingRequest: (request, id) => this.admit(request, id),
      onUploadFinish: (_request, upload) => this.finish(upload.id),
      onResponseError: (request, error) => {
        this.failures.set(request, error);
        return undefined;
      },
    });
  }

  /** Answers one request. Rejects with the error of the catalogue that refuses it. */
  async answer(request: IncomingMessage, response: ServerResponse, { userId }: RelayFacts): Promise<void> {
    if (userId === undefined) throw new AppError('UNAUTHENTICATED');
    if (request.method === 'GET') throw new AppError('NOT_FOUND');
    if (request.method !== 'PATCH' && request.method !== 'POST') return this.exchange(request, response, userId as UserId);
    if (this.writing >= MOST_AT_ONCE) throw new AppError('UNAVAILABLE', { detail: 'Too many uploads are under way', retryAfterMs: 1_000 });
    this.writing += 1;
    try {
      await this.exchange(request, response, userId as UserId);
    } finally {
      this.writing -= 1;
    }
  }

  private async exchange(request: IncomingMessage, response: ServerResponse, userId: UserId): Promise<void> {
    const asked = new NodeRequest({ req: request, res: response });
    this.callers.set(asked, userId);
    const answer = await this.server.handleWeb(asked);
    if (response.destroyed) return;
    // The protocol's own check would refuse a larger one in other words than the catalogue has.
    if (request.method === 'OPTIONS') answer.headers.set('Tus-Max-Size', String(this.config.files.maxBytes));
    if (answer.status >= 400) await this.refuse(asked, answer);
    await sendNodeResponse(response, answer);
  }

  private async refuse(request: object, answer: Response): Promise<never> {
    const failure = this.failures.get(request);
    if (failure instanceof AppError) throw failure;
    const code = CODES[answer.status] ?? 'MALFORMED_REQUEST';
    const text = (await answer.text()).trim();
    throw code === 'INTERNAL' ? new AppError(code, { cause: failure }) : new AppError(code, text === '' ? {} : { detail: text });
  }

  private async begin(request: TusRequest, metadata: Record<string, string | null>): Promise<string> {
    const length = request.headers.get('upload-length');
    if (length === null || !/^\d{1,15}$/.test(length))
      throw new AppError('MALFORMED_REQUEST', { detail: 'Upload-Length must say how many bytes the file has' });
    return this.beginning.begin({ userId: this.callerOf(request), sizeBytes: Number(length), metadata });
  }

  /** Uploads are their uploader's alone. One whose end was stored and never told is ended now. */
  private async admit(request: TusRequest, id: string): Promise<void> {
    const [file] = isUuid(id) ? await this.files.find([id]) : [];
    if (file?.uploaderId !== this.callerOf(request) || file.state === 'gone') throw new AppError('ATTACHMENT_NOT_FOUND');
    if (file.state === 'uploading' && file.receivedBytes === file.sizeBytes) await this.completing.complete(file);
  }

  private async finish(id: string): Promise<{ headers: Record<string, string> }> {
    const [file] = await this.files.find([id]);
    if (file === undefined) throw new AppError('ATTACHMENT_NOT_FOUND');
    if (file.state === 'uploading') await this.completing.complete(file);
    return { headers: { 'Attachment-Id': id } };
  }

  private callerOf(request: object): UserId {
    const caller = this.callers.get(request);
    if (caller === undefined) throw new AppError('UNAUTHENTICATED');
    return caller;
  }
}
