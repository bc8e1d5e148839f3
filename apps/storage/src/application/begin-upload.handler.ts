import { AppConfig } from '@agent-chat/config';
import { RoomIdSchema, validate } from '@agent-chat/contracts';
import { AppError, newId, type AttachmentId, type RoomId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { fileName } from '../domain/file-name';
import { Files } from './files';

/** What a client says of an upload. */
export interface WantedUpload {
  readonly userId: UserId;
  readonly sizeBytes: number;
  /** By name; values as text. */
  readonly metadata: Readonly<Record<string, string | null>>;
}

const QUERY = { timeoutMs: 3_000 };

/** Begins an upload, for a room that the person may post in as far as a member may. */
@Injectable()
export class BeginUploadHandler {
  constructor(
    private readonly files: Files,
    private readonly queries: QueryBus,
    private readonly config: AppConfig,
  ) {}

  /** Resolves with its id. Rejects with VALIDATION_FAILED, FILE_TOO_LARGE, FILE_REFUSED (empty), ROOM_NOT_FOUND, NOT_A_MEMBER or LIMIT_REACHED. */
  async begin({ userId, sizeBytes, metadata }: WantedUpload): Promise<AttachmentId> {
    const { maxUploadsPerUser, keepMs } = this.config.files;
    const file = { attachmentId: newId<AttachmentId>(), uploaderId: userId, sizeBytes: this.acceptedSize(sizeBytes), ...readMetadata(metadata) };
    const { room } = await this.queries.ask('room.get', { roomId: file.roomId, userId }, QUERY);
    if (room.me === undefined) throw new AppError('NOT_A_MEMBER');
    const hasBegun = await this.files.begin(file, keepMs, maxUploadsPerUser);
    if (!hasBegun) throw new AppError('LIMIT_REACHED', { detail: `At most ${maxUploadsPerUser} uploads may be under way: finish or cancel one first` });
    return file.attachmentId;
  }

  private acceptedSize(sizeBytes: number): number {
    const { maxBytes } = this.config.files;
    if (sizeBytes > maxBytes) throw new AppError('FILE_TOO_LARGE', { detail: `A file may have ${maxBytes} bytes at most` });
    if (sizeBytes === 0) throw new AppError('FILE_REFUSED', { detail: 'The file is empty' });
    return sizeBytes;
  }
}

/** What `Upload-Metadata` says. */
const Metadata = z.object({
  roomId: RoomIdSchema,
  filename: z.string().default(''),
  sha256: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 digits in hex')
    .optional(),
});

function readMetadata(given: WantedUpload['metadata']): { roomId: RoomId; name: string; wantedSha256: string | null } {
  const { roomId, filename, sha256 } = validate(Metadata, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)));
  return { roomId, name: fileName(filename), wantedSha256: sha256 ?? null };
}
