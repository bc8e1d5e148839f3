import { z } from 'zod';
import { Attachment } from './attachment';
import { IsoTimeSchema, MessageIdSchema, RoomIdSchema, SeqSchema, UserIdSchema } from '../primitives';

/** Everyone in the room, written `<@room>`. */
export const ROOM_MENTION = 'room';

/** Who a text names: user ids, or `room`. Written `<@userId>` and `<@room>`. */
export const Mentions = z.array(z.string()).meta({ description: 'User ids, or "room"' });

/** How many people reacted so. */
export const Reaction = z.object({
  emoji: z.string(),
  count: z.int().min(1),
  /** Whether the caller is among them; in REST answers only. */
  mine: z.boolean().optional(),
});
export type Reaction = z.infer<typeof Reaction>;

/** A message as it is now. */
export const Message = z.object({
  messageId: MessageIdSchema,
  roomId: RoomIdSchema,
  seq: SeqSchema,
  authorId: UserIdSchema,
  clientMsgId: z.string(),
  /** Absent when the message is deleted. */
  text: z.string().optional(),
  createdAt: IsoTimeSchema,
  editedAt: IsoTimeSchema.optional(),
  deletedAt: IsoTimeSchema.optional(),
  replyTo: MessageIdSchema.optional(),
  reactions: z.array(Reaction),
  /** Without those of a message that was deleted, also where it was restored. */
  attachments: z.array(Attachment),
  mentions: Mentions,
});
export type Message = z.infer<typeof Message>;

/** One earlier text of a message, oldest first. */
export const MessageRevision = z.object({ seq: SeqSchema, text: z.string(), editedBy: UserIdSchema, at: IsoTimeSchema });
export type MessageRevision = z.infer<typeof MessageRevision>;

/** A found message; `highlights` are pieces of its text with the matches between `<mark>` and `</mark>`, HTML-escaped otherwise. */
export const SearchHit = z.object({ message: Message, highlights: z.array(z.string()) });
export type SearchHit = z.infer<typeof SearchHit>;
