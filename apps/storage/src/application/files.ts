import { type FilePiece, KEY_WINDOW_MS } from '@agent-chat/contracts';
import { type AttachmentId, type RoomId, type UserId } from '@agent-chat/kernel';
import { type FileFacts, type FileRecord, type StoredVariant } from './file-record';

/** How long what a post names is kept at least: longer than the post can be repeated under its key, or lie in the log. */
export const CLAIM_MS = KEY_WINDOW_MS + 86_400_000;

/** An upload that begins. */
export type NewFile = Pick<FileRecord, 'attachmentId' | 'roomId' | 'uploaderId' | 'name' | 'sizeBytes' | 'wantedSha256'>;

/** An image that waits, and how often work on it began. */
export interface OverdueImage {
  readonly attachmentId: AttachmentId;
  readonly tries: number;
}

/** What is known of files. Every method rejects with UNAVAILABLE while the directory is away. */
export abstract class Files {
  /** Resolves with false, and nothing stored, where the person has `maxUploads` under way already. */
  abstract begin(file: NewFile, keepMs: number, maxUploads: number): Promise<boolean>;
  abstract find(ids: readonly string[]): Promise<FileRecord[]>;
  /** Notes a piece that is stored; false where the file doesn't end at `offset` (any more), or isn't being uploaded: then the piece is nobody's. */
  abstract append(attachmentId: string, offset: number, piece: FilePiece): Promise<boolean>;
  /** False where it was complete already, or is gone. */
  abstract complete(attachmentId: string, facts: FileFacts, keepMs: number): Promise<boolean>;
  /** Keeps those of a person in a room that are complete at least for as long as given. */
  abstract keep(ids: readonly AttachmentId[], userId: UserId, roomId: RoomId, keepMs: number): Promise<void>;
  /** The image, if it waits for work; counts the tries. */
  abstract beginWork(attachmentId: string): Promise<FileRecord | undefined>;
  /** Somebody is still at the image: it isn't overdue. */
  abstract goOnWorking(attachmentId: string): Promise<void>;
  /** A try came to nothing for what isn't the image's fault: it doesn't count, and another is due as if somebody had been at it until now. */
  abstract putOffWork(attachmentId: string): Promise<void>;
  /** False where the image is gone. Without variants it has failed. */
  abstract endWork(attachmentId: string, result: { readonly placeholder: string; readonly variants: readonly StoredVariant[] } | undefined): Promise<boolean>;
  /** Images that nobody has worked on for a while, whose jobs may be lost; those that were tried too often are given up. */
  abstract overdueImages(waitedMs: number, maxTries: number): Promise<OverdueImage[]>;
  /**
   * Has `remove` take away the bytes of files whose time has come, up to `limit`. Of each a row stays for `tombstoneMs`; then `remove` is called again, for bytes that were on their
   * way when it was called first, and the file is forgotten. Resolves with how many calls succeeded. A file whose removal fails stays. Of several processes each takes others.
   */
  abstract expire(limit: number, tombstoneMs: number, remove: (attachmentId: AttachmentId) => Promise<void>): Promise<number>;
  /** Makes the time of an upload come. */
  abstract abandon(attachmentId: string): Promise<void>;
}
