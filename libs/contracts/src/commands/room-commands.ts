import { z } from 'zod';
import { CaptionSchema, EmojiSchema, MessageIdSchema, MessageTextSchema, singleLine, UserIdSchema, wellFormedText } from '../primitives';
import { Attachment, MAX_ATTACHMENTS_PER_MESSAGE, saysSomething, SAYS_NOTHING } from '../views/attachment';
import { RoomKind, RoomRole } from '../views/room';

/** Most people that one call brings into a room. */
export const MAX_INITIAL_MEMBERS = 100;

/** The name of a room: one line, at most 80 code points. */
export const RoomName = singleLine(80);
/** What a room is about: at most 250 code points, may be empty. */
export const RoomTopic = wellFormedText(250);

/** What each command asks for, version 1. The room is the record's key; actor, key and requestId are its headers. */
export const COMMANDS = {
  'room.create': z.object({
    kind: RoomKind,
    name: z.string(),
    topic: z.string(),
    /** Without the creator. Exactly one in a direct room. */
    memberIds: z.array(UserIdSchema).max(MAX_INITIAL_MEMBERS),
  }),
  'room.update': z.object({ name: RoomName.optional(), topic: RoomTopic.optional(), kind: z.enum(['public', 'private', 'announcement']).optional() }),
  'room.archive': z.object({}),
  'room.join': z.object({}),
  'room.leave': z.object({}),
  'member.add': z.object({ userIds: z.array(UserIdSchema).min(1).max(MAX_INITIAL_MEMBERS) }),
  'member.invite': z.object({ userIds: z.array(UserIdSchema).min(1).max(MAX_INITIAL_MEMBERS) }),
  /** Also how an invited person declines. */
  'invite.revoke': z.object({ userId: UserIdSchema }),
  'member.update': z.object({ userId: UserIdSchema, role: RoomRole.optional(), muted: z.boolean().optional() }),
  'member.remove': z.object({ userId: UserIdSchema }),
  'member.ban': z.object({ userId: UserIdSchema, reason: wellFormedText(250).optional() }),
  'member.unban': z.object({ userId: UserIdSchema }),
  'message.post': z
    .object({
      messageId: MessageIdSchema,
      /** Not blank, unless there are attachments. */
      text: CaptionSchema,
      replyTo: MessageIdSchema.optional(),
      /** As the storage service describes them; absent where there are none. */
      attachments: z.array(Attachment).min(1).max(MAX_ATTACHMENTS_PER_MESSAGE).optional(),
    })
    .refine(saysSomething, SAYS_NOTHING),
  'message.edit': z.object({ messageId: MessageIdSchema, text: MessageTextSchema }),
  'message.delete': z.object({ messageId: MessageIdSchema }),
  'message.restore': z.object({ messageId: MessageIdSchema }),
  'reaction.add': z.object({ messageId: MessageIdSchema, emoji: EmojiSchema }),
  'reaction.remove': z.object({ messageId: MessageIdSchema, emoji: EmojiSchema }),
} as const;

/** What may be asked of a room. */
export type CommandType = keyof typeof COMMANDS;
/** A command's data, checked. */
export type CommandData<Type extends CommandType> = z.infer<(typeof COMMANDS)[Type]>;
