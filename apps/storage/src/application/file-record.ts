import { type Attachment, type FilePiece, type ImageVariant, type MediaState } from '@agent-chat/contracts';
import { type AttachmentId, type RoomId, type UserId } from '@agent-chat/kernel';

/** A smaller picture, and where it lies. */
export type StoredVariant = ImageVariant & { readonly key: string };

/** `uploading`: not all of it is there; `ready`: complete; `erased`: its bytes are about to be removed; `gone`: they are, and are looked for once more before it is forgotten. */
export type FileState = 'uploading' | 'ready' | 'erased' | 'gone';

/** What a complete file was found to be. */
export interface FileFacts {
  readonly type: string;
  /** In hex. */
  readonly sha256: string;
  readonly width?: number;
  readonly height?: number;
  /** Smaller pictures are to be made of it. */
  readonly isImage: boolean;
}

/** A file, from the beginning of its upload on. */
export interface FileRecord {
  readonly attachmentId: AttachmentId;
  readonly roomId: RoomId;
  readonly uploaderId: UserId;
  readonly name: string;
  readonly sizeBytes: number;
  /** In hex: what its uploader says that it will be. */
  readonly wantedSha256: string | null;
  readonly state: FileState;
  readonly receivedBytes: number;
  readonly pieces: readonly FilePiece[];
  readonly type: string | null;
  readonly sha256: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly media: MediaState;
  readonly placeholder: string | null;
  readonly variants: readonly StoredVariant[];
  readonly messageId: string | null;
  readonly createdAt: string;
}

/** What a message says of it. */
export function attachmentOf({ attachmentId, name, type, sizeBytes, width, height }: FileRecord): Attachment {
  const dimensions = width === null || height === null ? {} : { width, height };
  return { attachmentId, name, type: type ?? 'application/octet-stream', sizeBytes, ...dimensions };
}

/** The folder of everything that is made of a file. */
export function folderOf(attachmentId: string): string {
  return `attachments/${attachmentId}`;
}
