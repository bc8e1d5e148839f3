import { z } from 'zod';
import { AttachmentIdSchema, IsoTimeSchema, isVisible, MessageIdSchema, SeqSchema, UserIdSchema } from '../primitives';

/** Most files in one message. */
export const MAX_ATTACHMENTS_PER_MESSAGE = 10;

/** A file of a message, as it was uploaded: none of this ever changes. */
export const Attachment = z.object({
  attachmentId: AttachmentIdSchema,
  /** As its author called it, without folders and control characters: at most 255 bytes. */
  name: z.string(),
  /** By what it holds, whatever it is called. */
  type: z.string().meta({ description: 'Media type, by content', examples: ['image/jpeg'] }),
  sizeBytes: z.int().min(0),
  /** Of an image, in pixels, the right way up. */
  width: z.int().min(1).optional(),
  height: z.int().min(1).optional(),
});
export type Attachment = z.infer<typeof Attachment>;

/** A file in a room, with the message that has it. */
export const RoomFile = Attachment.extend({
  messageId: MessageIdSchema,
  seq: SeqSchema,
  authorId: UserIdSchema,
  createdAt: IsoTimeSchema.meta({ description: 'When the message was posted' }),
});
export type RoomFile = z.infer<typeof RoomFile>;

/** Which files of a room: pictures that can be shown, or all others. */
export const FILE_KINDS = ['image', 'other'] as const;

/** The ids that a post names. */
export const AttachmentIds = z
  .array(AttachmentIdSchema)
  .max(MAX_ATTACHMENTS_PER_MESSAGE)
  .refine((ids) => new Set(ids).size === ids.length, 'must not name one twice');

/** Whether a post has something to show: a text that isn't blank, or files. */
export function saysSomething({
  text,
  ...post
}: {
  readonly text: string;
  readonly attachmentIds?: readonly unknown[];
  readonly attachments?: readonly unknown[];
}): boolean {
  return isVisible(text) || (post.attachmentIds ?? post.attachments ?? []).length > 0;
}
/** What `saysSomething` refuses. */
export const SAYS_NOTHING = { path: ['text'], message: 'must not be blank' };

/** Names of the smaller pictures that are made of an image; the number is the longer side in pixels. */
export const VARIANT_NAMES = [
  'thumbnail.webp',
  'thumbnail.jpg',
  ...(['640', '1280', '2048'] as const).flatMap((side) => [`${side}.webp`, `${side}.avif`] as const),
] as const;
/** The name of a smaller picture, the last part of its address. */
export type VariantName = (typeof VARIANT_NAMES)[number];

/** A smaller picture of an image. */
export const ImageVariant = z.object({
  name: z.enum(VARIANT_NAMES as readonly [VariantName, ...VariantName[]]),
  type: z.string(),
  width: z.int().min(1),
  height: z.int().min(1),
  sizeBytes: z.int().min(0),
});
export type ImageVariant = z.infer<typeof ImageVariant>;

/** How far the work on an image is: `none` for what is no image that can be shown. */
export const MediaState = z.enum(['none', 'waiting', 'done', 'failed']);
export type MediaState = z.infer<typeof MediaState>;

/** Where a file and what was made of it can be had, by anybody who knows these addresses, until they expire. */
export const AttachmentLinks = Attachment.extend({
  url: z.string().meta({ description: 'Path and query, to be put behind the address of the server' }),
  expiresAt: IsoTimeSchema,
  media: MediaState,
  /** A tiny blurred picture, to be shown until another is there. */
  placeholder: z.string().meta({ description: 'A data: URL' }).optional(),
  variants: z.array(ImageVariant.extend({ url: z.string() })),
});
export type AttachmentLinks = z.infer<typeof AttachmentLinks>;
