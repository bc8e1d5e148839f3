import { z } from 'zod';
import { IsoTimeSchema, MessageIdSchema, RoomIdSchema, SeqSchema, UserIdSchema } from '../primitives';
import { Attachment } from '../views/attachment';
import { Mentions } from '../views/message';
import { RoomKind, RoomRole } from '../views/room';

const messageContent = {
  messageId: MessageIdSchema,
  text: z.string().meta({ description: 'Absent when redacted' }).optional(),
  mentions: Mentions,
  redacted: z.literal(true).meta({ description: 'The content was deleted since' }).optional(),
};

const aboutMember = { userId: UserIdSchema };

const reaction = {
  messageId: MessageIdSchema,
  emoji: z.string(),
  count: z.int().min(0).meta({ description: 'How many people have reacted so, after this' }),
};

/** What each type of room event says, version 1. Adding an optional field keeps the version; anything else is a new one beside it. */
export const ROOM_EVENTS = {
  'room.created': z.object({ kind: RoomKind, name: z.string(), topic: z.string() }),
  'room.updated': z.object({ name: z.string().optional(), topic: z.string().optional(), kind: RoomKind.optional() }).meta({ description: 'What has changed' }),
  'room.archived': z.object({}),
  'member.joined': z.object({
    ...aboutMember,
    role: RoomRole,
    muted: z.literal(true).meta({ description: 'Was muted when they left, and still is' }).optional(),
  }),
  'member.left': z.object(aboutMember).meta({ description: 'Left by themselves when `userId` is the actor, else removed' }),
  'member.updated': z.object({ ...aboutMember, role: RoomRole.optional(), muted: z.boolean().optional() }),
  'member.banned': z.object({ ...aboutMember, reason: z.string().optional() }),
  'member.unbanned': z.object(aboutMember),
  'member.invited': z.object(aboutMember),
  'invite.revoked': z.object(aboutMember),
  'message.posted': z.object({
    ...messageContent,
    roomId: RoomIdSchema,
    seq: SeqSchema,
    authorId: UserIdSchema,
    clientMsgId: z.string(),
    createdAt: IsoTimeSchema,
    replyTo: MessageIdSchema.optional(),
    reactions: z.array(z.never()),
    attachments: z.array(Attachment),
  }),
  'message.edited': z.object({ ...messageContent, editedAt: IsoTimeSchema }),
  'message.deleted': z.object({ messageId: MessageIdSchema, deletedAt: IsoTimeSchema }),
  'message.restored': z.object(messageContent),
  'reaction.added': z.object(reaction),
  'reaction.removed': z.object(reaction),
} as const;

/** The types of events that this release makes. */
export type RoomEventType = keyof typeof ROOM_EVENTS;
/** What an event of a type says. */
export type RoomEventData<Type extends RoomEventType> = z.infer<(typeof ROOM_EVENTS)[Type]>;

/** A room event of a known type. */
export type KnownRoomEvent<Type extends RoomEventType = RoomEventType> = {
  [T in Type]: { roomId: string; epoch: number; seq: number; type: T; actorId: string; at: string; data: RoomEventData<T> };
}[Type];

/** Any event of a room's log as it is served. A client ignores types it doesn't know, yet advances its cursor; `hidden` has no actor, time or data. */
export const RoomEvent = z.object({
  roomId: RoomIdSchema,
  epoch: z.int().min(1),
  seq: z.int().min(1),
  type: z.string().meta({
    description: `\`${[...Object.keys(ROOM_EVENTS), 'hidden'].join('`, `')}\`, and others in time: ignore those that you don't know, but advance your cursor. Of a \`hidden\` event nothing but its place is told`,
  }),
  actorId: UserIdSchema.meta({ description: 'Who did it; absent when `hidden`' }).optional(),
  at: IsoTimeSchema.meta({ description: 'When it was stored; absent when `hidden`' }).optional(),
  data: z
    .record(z.string(), z.unknown())
    .meta({
      description:
        "What the type says, by the schema of the type's name: `MessagePostedData` for `message.posted`. It may get further fields. Absent when `hidden`",
    })
    .optional(),
});
export type RoomEvent = z.infer<typeof RoomEvent>;

/** Narrows an event to a type that this release knows; `hidden` and unknown types answer `undefined`. */
export function asKnownEvent(event: RoomEvent): KnownRoomEvent | undefined {
  return event.type in ROOM_EVENTS && event.data !== undefined ? (event as unknown as KnownRoomEvent) : undefined;
}
