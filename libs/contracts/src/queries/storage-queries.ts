import { z } from 'zod';
import { AttachmentIdSchema, RoomIdSchema, UserIdSchema } from '../primitives';
import { Attachment, AttachmentLinks, ImageVariant, MAX_ATTACHMENTS_PER_MESSAGE } from '../views/attachment';
import { defineQuery } from './define-query';

/** Most attachments that one call asks for links to. */
export const MAX_LINKED_ATTACHMENTS = 100;

/** Where a piece of a file lies in the store of blobs; the pieces follow each other. */
export const FilePiece = z.object({ key: z.string(), sizeBytes: z.int().min(0) });
export type FilePiece = z.infer<typeof FilePiece>;

/** Questions about files, which any storage process answers. */
export const STORAGE_QUERIES = {
  /**
   * What a post says of its attachments, in the order asked. ATTACHMENT_NOT_FOUND for one that isn't complete, or isn't the person's, or was uploaded for
   * another room. One that is in use already is answered all the same: whether by this very post, the room's owner decides. Until the key of the post is
   * forgotten nothing that was asked for expires.
   */
  'attachments.claim': defineQuery(
    'any',
    z.object({ userId: UserIdSchema, roomId: RoomIdSchema, attachmentIds: z.array(AttachmentIdSchema).min(1).max(MAX_ATTACHMENTS_PER_MESSAGE) }),
    z.object({ attachments: z.array(Attachment) }),
  ),
  /** Addresses that work for a while without a token, of those that the person may see; the others are left out. */
  'attachments.links': defineQuery(
    'any',
    z.object({ userId: UserIdSchema, attachmentIds: z.array(AttachmentIdSchema).max(MAX_LINKED_ATTACHMENTS) }),
    z.object({ items: z.array(AttachmentLinks) }),
  ),
  /** An image that waits to be worked on; absent when there is nothing to do (any more). For workers. */
  'attachment.image': defineQuery(
    'any',
    z.object({ attachmentId: AttachmentIdSchema }),
    z.object({ image: z.object({ type: z.string(), sizeBytes: z.int(), pieces: z.array(FilePiece), folder: z.string() }).optional() }),
  ),
  /**
   * An image is still being worked on: until a while after this nobody else is asked to. `putOff`: no more, since something was away that the work needs; then it is asked for
   * again, and the try doesn't count. For workers.
   */
  'attachment.working': defineQuery('any', z.object({ attachmentId: AttachmentIdSchema, putOff: z.literal(true).optional() }), z.object({})),
  /** What came of the work; said again, nothing changes. `kept: false`: the image is gone, and what was made of it is nobody's. For workers. */
  'attachment.processed': defineQuery(
    'any',
    z.object({
      attachmentId: AttachmentIdSchema,
      outcome: z.discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), placeholder: z.string().max(2_000), variants: z.array(ImageVariant.extend({ key: z.string() })).max(20) }),
        z.object({ ok: z.literal(false) }),
      ]),
    }),
    z.object({ kept: z.boolean() }),
  ),
} as const;

/** The kind of job that makes smaller pictures of an image: `{ attachmentId }`. */
export const IMAGE_JOB = 'media.image';
