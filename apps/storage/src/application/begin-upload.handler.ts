import { AppConfig } from '@agent-chat/config';
import { RoomIdSchema } from '@agent-chat/contracts';
import { AppError, newId, type AttachmentId, type FieldError, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable } from '@nestjs/common';
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
const SHA256 = /^[0-9a-f]{64}$/i;

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
    const { maxBytes, maxUploadsPerUser, keepMs } = this.config.files;
    const room = RoomIdSchema.safeParse(metadata['roomId'] ?? '');
    const sha256 = metadata['sha256'] ?? undefined;
    const errors: FieldError[] = [];
    if (!room.success) errors.push({ path: 'Upload-Metadata.roomId', message: 'must be the id of the room that the file is for' });
    if (sha256 !== undefined && !SHA256.test(sha256)) errors.push({ path: 'Upload-Metadata.sha256', message: 'must be 64 digits in hex' });
    if (errors.length > 0 || !room.success) throw new AppError('VALIDATION_FAILED', { errors });
    if (sizeBytes > maxBytes) throw new AppError('FILE_TOO_LARGE', { detail: `A file may have ${maxBytes} bytes at most` });
    if (sizeBytes === 0) throw new AppError('FILE_REFUSED', { detail: 'The file is empty' });
    const { room: seen } = await this.queries.ask('room.get', { roomId: room.data, userId }, QUERY);
    if (seen.me === undefined) throw new AppError('NOT_A_MEMBER');
    const file = {
      attachmentId: newId<AttachmentId>(),
      roomId: room.data,
      uploaderId: userId,
      name: fileName(metadata['filename'] ?? metadata['name'] ?? ''),
      sizeBytes,
    };
    const hasBegun = await this.files.begin({ ...file, wantedSha256: sha256?.toLowerCase() ?? null }, keepMs, maxUploadsPerUser);
    if (!hasBegun) throw new AppError('LIMIT_REACHED', { detail: `At most ${maxUploadsPerUser} uploads may be under way: finish or cancel one first` });
    return file.attachmentId;
  }
}
