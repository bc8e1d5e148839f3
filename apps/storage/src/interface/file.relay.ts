import { AppError, isUuid, type UserId } from '@agent-chat/kernel';
import { type RelayFacts } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { FileBytes } from '../application/file-bytes';
import { type Asker, type ServedFile, ServeFileHandler } from '../application/serve-file.handler';
import { servedBytes, servedFiles } from '../application/storage-metrics';
import { askedRange, type AskedRange } from '../domain/byte-range';
import { contentDisposition } from '../domain/file-name';

/** Where files are, below the gateway's address. */
export const FILES_PATH = '/api/v1/attachments';

/** Files never change, but belong to some: browsers keep them, shared caches don't. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable';
/** Nothing that was uploaded runs, whatever it is taken for. */
const POLICY = "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/** Serves files and smaller pictures (RFC 9110: ranges, conditions). */
@Injectable()
export class FileRelay {
  constructor(
    private readonly serving: ServeFileHandler,
    private readonly bytes: FileBytes,
  ) {}

  /** Answers one request. Rejects with the error of the catalogue that refuses it. */
  async answer(request: IncomingMessage, response: ServerResponse, facts: RelayFacts): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new AppError('NOT_FOUND');
    const url = new URL(request.url ?? '', 'http://localhost');
    const [attachmentId = '', variant, ...rest] = url.pathname.slice(FILES_PATH.length + 1).split('/');
    if (rest.length > 0 || !isUuid(attachmentId)) throw new AppError('ATTACHMENT_NOT_FOUND');
    try {
      const file = await this.serving.find(attachmentId, variant, askerOf(facts, url.searchParams));
      await this.serve(file, url.searchParams.has('download'), request, response);
    } catch (error) {
      servedFiles.inc({ outcome: 'refused' });
      throw error;
    }
  }

  /** Answers a request for what is known to be there, and to be seen by whoever asks. */
  async serve(file: ServedFile, isDownload: boolean, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const tag = `"${file.tag}"`;
    describe(file, isDownload, tag, response);
    if (matches(request.headers['if-none-match'], tag)) {
      servedFiles.inc({ outcome: 'unchanged' });
      response.writeHead(304).end();
      return;
    }
    // A range of something else than the client has a part of is of no use to it.
    const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === tag;
    const range = isSame ? askedRange(request.headers.range, file.sizeBytes) : undefined;
    if (range === 'unsatisfiable') {
      response.setHeader('Content-Range', `bytes */${file.sizeBytes}`);
      response.removeHeader('Content-Disposition');
      response.writeHead(416, { 'Content-Length': 0 }).end();
      return;
    }
    await this.send(file, range, request, response);
  }

  private async send(file: ServedFile, range: AskedRange | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { start, end } = range ?? { start: 0, end: file.sizeBytes - 1 };
    // Before the status: what can't be read is an error, not a beginning without an end.
    const stream = request.method === 'HEAD' ? undefined : await this.bytes.read(file.pieces, start, end);
    if (range !== undefined) response.setHeader('Content-Range', `bytes ${start}-${end}/${file.sizeBytes}`);
    response.setHeader('Content-Length', end - start + 1);
    response.statusCode = range === undefined ? 200 : 206;
    servedFiles.inc({ outcome: range === undefined ? 'whole' : 'part' });
    if (stream === undefined) {
      response.end();
      return;
    }
    stream.on('data', (chunk: Buffer) => servedBytes.inc(chunk.length));
    await pipeline(stream, response).catch((error: unknown) => {
      // The client went away.
      if (!response.destroyed || !isPrematureClose(error)) throw error;
    });
  }
}

function askerOf({ userId }: RelayFacts, query: URLSearchParams): Asker {
  if (userId !== undefined) return { userId: userId as UserId };
  const [until, signature] = [query.get('until'), query.get('signature')];
  return until === null || signature === null ? {} : { proof: { until: Number(until), signature } };
}

function describe(file: ServedFile, isDownload: boolean, tag: string, response: ServerResponse): void {
  const { type, name, isInline } = file;
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', CACHE_CONTROL);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Content-Type', type.startsWith('text/') ? `${type}; charset=utf-8` : type);
  response.setHeader('Content-Disposition', contentDisposition(isInline && !isDownload ? 'inline' : 'attachment', name));
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  // Pages elsewhere may show what they have a link to.
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}

/** Whether one of the tags in `If-None-Match` is this one; weak ones count there (RFC 9110, section 13.1.2). */
function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

function isPrematureClose(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
