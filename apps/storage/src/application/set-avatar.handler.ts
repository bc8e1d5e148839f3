import { BlobStore } from '@agent-chat/blob-store';
import { type User } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { IMAGE_TYPES } from '../domain/shown-inline';
import { avatarKey, Avatars } from './avatars';
import { FileInspector } from './file-inspector';

const MAKE = { timeoutMs: 15_000 };

/** Makes a person's picture of an image that they have chosen. */
@Injectable()
export class SetAvatarHandler {
  constructor(
    private readonly inspector: FileInspector,
    private readonly queries: QueryBus,
    private readonly blobs: BlobStore,
    private readonly avatars: Avatars,
  ) {}

  /** Resolves with the new profile; the same image again changes nothing. Rejects with FILE_REFUSED, USER_NOT_FOUND, UNAVAILABLE or TIMEOUT: then the picture is what it was. */
  async set(userId: UserId, image: Buffer): Promise<User> {
    const type = await this.inspector.typeOf(image);
    if (!IMAGE_TYPES.includes(type)) throw new AppError('FILE_REFUSED', { detail: `A picture has to be a JPEG, PNG, WebP, GIF or AVIF; this is ${type}` });
    const picture = await this.make(image);
    const digest = createHash('sha256').update(picture).digest('hex');
    await this.avatars.note(userId, digest, picture.byteLength);
    await this.blobs.put(avatarKey(userId, digest), picture);
    return this.avatars.take(userId, digest);
  }

  private async make(image: Buffer): Promise<Buffer> {
    try {
      return Buffer.from((await this.queries.ask('avatar.make', { image: image.toString('base64') }, MAKE)).picture, 'base64');
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'TIMEOUT') throw error;
      throw new AppError('UNAVAILABLE', { detail: 'Pictures cannot be made now', retryAfterMs: 2_000, cause: error });
    }
  }
}
