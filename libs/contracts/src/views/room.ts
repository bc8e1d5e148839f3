import { z } from 'zod';
import { IsoTimeSchema, RoomIdSchema, SeqSchema, UserIdSchema } from '../primitives';
import { Attachment } from './attachment';
import { User } from './user';

/** Every kind of room. */
export const ROOM_KINDS = ['public', 'private', 'direct', 'announcement'] as const;
/** Who finds, reads and posts to a room. */
export const RoomKind = z.enum(ROOM_KINDS);
export type RoomKind = z.infer<typeof RoomKind>;

/** Every role in a room, the highest first. */
export const ROOM_ROLES = ['owner', 'admin', 'member', 'guest'] as const;
/** What a member may do in a room. */
export const RoomRole = z.enum(ROOM_ROLES);
export type RoomRole = z.infer<typeof RoomRole>;

/** What the caller is to a room. */
export const MyMembership = z.object({
  role: RoomRole,
  joinedAt: IsoTimeSchema,
  readSeq: SeqSchema,
  unreadCount: z.int().min(0),
  mentionCount: z.int().min(0),
  /** Muted by a moderator: may read, not write. */
  muted: z.boolean(),
});
export type MyMembership = z.infer<typeof MyMembership>;

/** The newest message of a room, for room lists; absent in a room without messages. */
export const LastMessage = z.object({
  messageId: z.string(),
  seq: SeqSchema,
  authorId: UserIdSchema,
  /** At most 140 code points; empty when deleted. */
  preview: z.string(),
  files: z
    .object({ count: z.int().min(1), first: Attachment })
    .meta({ description: 'How many files it has, and the first of them, to be named where there is no text. Absent without files and when deleted' })
    .optional(),
  createdAt: IsoTimeSchema,
  deletedAt: IsoTimeSchema.optional(),
});
export type LastMessage = z.infer<typeof LastMessage>;

/** A room as one person sees it. */
export const Room = z.object({
  roomId: RoomIdSchema,
  kind: RoomKind,
  /** Empty in a direct room: clients show the other person. */
  name: z.string(),
  topic: z.string(),
  epoch: z.int().min(1),
  head: SeqSchema,
  memberCount: z.int().min(0),
  createdAt: IsoTimeSchema,
  updatedAt: IsoTimeSchema.meta({
    description: 'When name, topic or kind changed, or it was archived; messages leave it as it is, so it does not tell activity',
  }),
  archivedAt: IsoTimeSchema.optional(),
  /** The two people of a direct room. */
  directUserIds: z.array(UserIdSchema).optional(),
  /** Absent when the caller is not a member. */
  me: MyMembership.optional(),
  invited: z.boolean().meta({ description: '`true` where the caller was invited, is no member (no `me`), and may join. Else absent' }).optional(),
  lastMessage: LastMessage.optional(),
});
export type Room = z.infer<typeof Room>;

/** A member as services pass it; the gateway adds the profile. */
export const MemberRecord = z.object({
  userId: UserIdSchema,
  role: RoomRole,
  joinedAt: IsoTimeSchema,
  muted: z.boolean(),
});
export type MemberRecord = z.infer<typeof MemberRecord>;

/** A member with their profile. */
export const Member = z.object({ user: User, role: RoomRole, joinedAt: IsoTimeSchema, muted: z.boolean() });
export type Member = z.infer<typeof Member>;

/** Who was kept out, by whom. */
export const BanRecord = z.object({ userId: UserIdSchema, bannedBy: UserIdSchema, bannedAt: IsoTimeSchema, reason: z.string().optional() });
export type BanRecord = z.infer<typeof BanRecord>;

/** Badges of one room for one person. */
export const RoomHead = z.object({
  roomId: RoomIdSchema,
  head: SeqSchema,
  readSeq: SeqSchema,
  unreadCount: z.int().min(0),
  mentionCount: z.int().min(0),
});
export type RoomHead = z.infer<typeof RoomHead>;
