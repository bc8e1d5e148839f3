import { MAX_AVATAR_BYTES } from '@agent-chat/contracts';
import { AppError, isUuid, type UserId } from '@agent-chat/kernel';
import { type RelayFacts } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { avatarKey, Avatars } from '../application/avatars';
import { SetAvatarHandler } from '../application/set-avatar.handler';
import { FileRelay } from './file.relay';

/** Where the caller's own picture is set, below the gateway's address. */
const OWN = '/api/v1/users/me/avatar';
const OF_SOMEBODY = /^\/api\/v1\/users\/([0-9a-f-]{36})\/avatar\/([0-9a-f]{64})$/;
/** Each is in memory as a whole. */
const MOST_AT_ONCE = 8;
/** Time for a whole image to arrive: others wait for its place. */
const ARRIVAL_MS = 60_000;

/** Takes and serves people's own pictures. */
@Injectable()
export class AvatarRelay {
  private taking = 0;

  constructor(
    private readonly setting: SetAvatarHandler,
    private readonly avatars: Avatars,
    private readonly files: FileRelay,
  ) {}

  /** Whether a request is about a person's picture. */
  takes(path: string): boolean {
    return path === OWN || OF_SOMEBODY.test(path);
  }

  /** Answers one request. Rejects with the error of the catalogue that refuses it. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse, { userId }: RelayFacts): Promise<void> {
    if (path === OWN) await this.take(request, response, userId);
    else await this.serve(path, request, response);
  }

  private async take(request: IncomingMessage, response: ServerResponse, userId: string | undefined): Promise<void> {
    if (userId === undefined) throw new AppError('UNAUTHENTICATED');
    if (this.taking >= MOST_AT_ONCE) throw new AppError('UNAVAILABLE', { detail: 'Too many pictures are being set', retryAfterMs: 1_000 });
    this.taking += 1;
    try {
      const user = await this.setting.set(userId as UserId, await imageIn(request));
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(user));
    } finally {
      this.taking -= 1;
    }
  }

  private async serve(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, userId = '', digest = ''] = OF_SOMEBODY.exec(path) ?? [];
    const sizeBytes = isUuid(userId) ? await this.avatars.sizeOf(userId, digest) : undefined;
    if (sizeBytes === undefined) throw new AppError('NOT_FOUND');
    const pieces = [{ key: avatarKey(userId, digest), sizeBytes }];
    await this.files.serve({ pieces, sizeBytes, type: 'image/webp', name: 'picture.webp', isInline: true, tag: digest }, false, request, response);
  }
}

/** The whole body. A request that is refused is left open: its client reads why. */
async function imageIn(request: IncomingMessage): Promise<Buffer> {
  refuseLarge(Number(request.headers['content-length'] ?? 0));
  const late = setTimeout(() => request.destroy(), ARRIVAL_MS);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.byteLength;
      refuseLarge(sizeBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('MALFORMED_REQUEST', { detail: 'The picture did not arrive as a whole', cause: error });
  } finally {
    clearTimeout(late);
  }
  if (sizeBytes === 0) throw new AppError('FILE_REFUSED', { detail: 'The picture is empty' });
  return Buffer.concat(chunks, sizeBytes);
}

function refuseLarge(sizeBytes: number): void {
  if (sizeBytes > MAX_AVATAR_BYTES) throw new AppError('FILE_TOO_LARGE', { detail: `A picture may have ${MAX_AVATAR_BYTES} bytes at most` });
}
