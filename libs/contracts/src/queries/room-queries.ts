import { z } from 'zod';
import { AttachmentIdSchema, CursorSchema, IsoTimeSchema, MessageIdSchema, RoomIdSchema, SeqSchema, UserIdSchema } from '../primitives';
import { RoomEvent } from '../events/room-events';
import { FILE_KINDS, RoomFile } from '../views/attachment';
import { Message, MessageRevision, SearchHit } from '../views/message';
import { Incomplete } from '../views/answers';
import { BanRecord, MemberRecord, Room, RoomHead } from '../views/room';
import { defineQuery } from './define-query';
import { ErrorBodySchema } from './error-body';

/** Most events in one answer. */
export const MAX_EVENTS_PER_PAGE = 500;
/** Most items of any list in one answer. */
export const MAX_PAGE_SIZE = 100;

const inRoom = { roomId: RoomIdSchema, userId: UserIdSchema };
const page = { cursor: z.string().max(512).optional(), limit: z.int().min(1).max(MAX_PAGE_SIZE) };
const memberPage = z.object({ members: z.array(MemberRecord), next: z.string().optional() });

/** Questions about rooms that any chat process answers from Postgres. */
export const ROOM_QUERIES = {
  /** The room as the asker sees it, or ROOM_NOT_FOUND. */
  'room.get': defineQuery('any', z.object(inRoom), z.object({ room: Room })),
  /** The asker's rooms, newest activity first; `rev` is the asker's newest user event, read before the rooms. */
  'rooms.mine': defineQuery(
    'any',
    z.object({ userId: UserIdSchema, ...page }),
    z.object({ rooms: z.array(Room), next: z.string().optional(), rev: z.int(), incomplete: Incomplete }),
  ),
  /** The ids of the asker's rooms. */
  'rooms.memberOf': defineQuery('any', z.object({ userId: UserIdSchema }), z.object({ roomIds: z.array(RoomIdSchema), incomplete: Incomplete })),
  'rooms.discover': defineQuery(
    'any',
    z.object({ userId: UserIdSchema, query: z.string().max(80).optional(), ...page }),
    z.object({ rooms: z.array(Room), next: z.string().optional(), incomplete: Incomplete }),
  ),
  'room.members': defineQuery('any', z.object({ ...inRoom, ...page }), memberPage),
  'room.bans': defineQuery('any', z.object({ ...inRoom, ...page }), z.object({ bans: z.array(BanRecord), next: z.string().optional() })),
  'room.invites': defineQuery('any', z.object(inRoom), z.object({ userIds: z.array(UserIdSchema) })),
  /** A page of messages, oldest first, and the cursor that it reflects, read in one snapshot. `around` is a seq or an ISO date. At most 1 MB of texts, but at least one message. */
  'room.history': defineQuery(
    'any',
    z.object({
      ...inRoom,
      before: SeqSchema.optional(),
      after: SeqSchema.optional(),
      around: z.union([SeqSchema, IsoTimeSchema]).optional(),
      /** How far the room must be where it is read: a replica may answer that is. Without it the primary does. */
      atLeast: CursorSchema.optional(),
      limit: z.int().min(1).max(MAX_PAGE_SIZE),
    }),
    z.object({ items: z.array(Message), prev: z.string().optional(), next: z.string().optional(), cursor: CursorSchema }),
  ),
  /** The log after a cursor; RESYNC_REQUIRED when it can't be continued. At most `maxBytes` of events, but at least one. */
  'room.events': defineQuery(
    'any',
    z.object({ ...inRoom, after: CursorSchema, limit: z.int().min(1).max(MAX_EVENTS_PER_PAGE), maxBytes: z.int().min(1) }),
    z.object({ events: z.array(RoomEvent), cursor: CursorSchema, more: z.boolean() }),
  ),
  'message.get': defineQuery('any', z.object({ ...inRoom, messageId: MessageIdSchema }), z.object({ message: Message })),
  'message.revisions': defineQuery('any', z.object({ ...inRoom, messageId: MessageIdSchema }), z.object({ items: z.array(MessageRevision) })),
  /** Messages that name the asker, or everyone in a room of theirs, written by others, newest first. Rooms that the asker has left are left out. */
  'messages.mentioning': defineQuery(
    'any',
    z.object({ userId: UserIdSchema, ...page }),
    z.object({ items: z.array(Message), next: z.string().optional(), incomplete: Incomplete }),
  ),
  'messages.search': defineQuery(
    'any',
    z.object({
      userId: UserIdSchema,
      q: z.string().min(1).max(200),
      roomId: RoomIdSchema.optional(),
      authorId: UserIdSchema.optional(),
      before: IsoTimeSchema.optional(),
      after: IsoTimeSchema.optional(),
      ...page,
    }),
    z.object({ items: z.array(SearchHit), next: z.string().optional(), incomplete: Incomplete }),
  ),
  /** Badges of several people at once. Rooms that somebody is not a member of are left out. */
  'heads.read': defineQuery(
    'any',
    z.object({ reads: z.array(z.object({ userId: UserIdSchema, roomIds: z.array(RoomIdSchema) })).max(1_000) }),
    z.object({ heads: z.array(z.object({ userId: UserIdSchema, heads: z.array(RoomHead) })) }),
  ),
  /** Everything a subscription needs, a room each, in one snapshot on the primary (P24). */
  'rooms.open': defineQuery(
    'any',
    z.object({
      userId: UserIdSchema,
      rooms: z.array(z.object({ roomId: RoomIdSchema, cursor: CursorSchema.optional() })).max(100),
      maxBytes: z.int().min(1),
    }),
    z.object({
      rooms: z.array(
        z.discriminatedUnion('ok', [
          z.object({
            ok: z.literal(true),
            roomId: RoomIdSchema,
            head: SeqSchema,
            epoch: z.int(),
            /** The partition's fence and owner in that snapshot; compared with what the owner said (P23). */
            fence: z.int(),
            owner: z.string(),
            member: z.boolean(),
            events: z.array(RoomEvent),
            cursor: CursorSchema,
            more: z.boolean(),
          }),
          z.object({ ok: z.literal(false), roomId: RoomIdSchema, error: ErrorBodySchema }),
        ]),
      ),
    }),
  ),
  /**
   * The log of one room after a cursor, on the primary, for a gateway's own stream (P24, P27): between services only, nobody's access is
   * checked. RESYNC_REQUIRED as in `room.events`, ROOM_NOT_FOUND for a room that doesn't exist. At most `maxBytes` of events, but at least one.
   */
  'rooms.tail': defineQuery(
    'any',
    z.object({ roomId: RoomIdSchema, after: CursorSchema, limit: z.int().min(1).max(MAX_EVENTS_PER_PAGE), maxBytes: z.int().min(1) }),
    z.object({ events: z.array(RoomEvent), head: SeqSchema, more: z.boolean() }),
  ),
  /** Those of the people who may read the room now, on the primary (P25): asked when a room's kind has changed. */
  'room.readers': defineQuery(
    'any',
    z.object({ roomId: RoomIdSchema, userIds: z.array(UserIdSchema).max(10_000) }),
    z.object({ userIds: z.array(UserIdSchema) }),
  ),
  /** Files of the room's messages, newest first, with `name` those that are called so in part, whatever the case. Those of deleted messages are left out. */
  'room.attachments': defineQuery(
    'any',
    z.object({ ...inRoom, kind: z.enum(FILE_KINDS).optional(), name: z.string().max(255).optional(), ...page }),
    z.object({ items: z.array(RoomFile), next: z.string().optional() }),
  ),
  /** Those of a room's files that a message has and the person may see now, and those whose message was deleted, on the primary. Others no message has had. */
  'attachments.readable': defineQuery(
    'any',
    z.object({ ...inRoom, attachmentIds: z.array(AttachmentIdSchema).max(1_000) }),
    z.object({ attachmentIds: z.array(AttachmentIdSchema), erasedIds: z.array(AttachmentIdSchema) }),
  ),
  /** Heads on the primary, for the check that no frame was lost (P27). Rooms that don't exist are left out. */
  'rooms.heads': defineQuery(
    'any',
    z.object({ roomIds: z.array(RoomIdSchema).max(10_000) }),
    z.object({ rooms: z.array(z.object({ roomId: RoomIdSchema, head: SeqSchema, epoch: z.int() })) }),
  ),
  /** Which of these rooms something happened in within so many milliseconds, by the clock of their database. */
  'rooms.active': defineQuery(
    'any',
    z.object({ roomIds: z.array(RoomIdSchema).max(10_000), withinMs: z.int().min(0) }),
    z.object({ roomIds: z.array(RoomIdSchema) }),
  ),
  /** The newest `rev` of each person's own log (P32); 0 for one without. */
  'users.revs': defineQuery(
    'any',
    z.object({ userIds: z.array(UserIdSchema).max(10_000) }),
    z.object({ revs: z.array(z.object({ userId: UserIdSchema, rev: z.int() })) }),
  ),
  /** What a person's own log says after a `rev`, oldest first. */
  'user.events': defineQuery(
    'any',
    z.object({ userId: UserIdSchema, afterRev: z.int().min(0), limit: z.int().min(1).max(500) }),
    z.object({ rev: z.int(), changes: z.array(z.object({ rev: z.int(), roomId: RoomIdSchema, change: z.string() })), more: z.boolean() }),
  ),
  /** A partition's log after a position, for consumers that missed something (P19). */
  'partition.events': defineQuery(
    'any',
    z.object({ partition: z.int().min(0), afterPosition: z.int().min(0), limit: z.int().min(1).max(1_000) }),
    z.object({
      epoch: z.int(),
      lastPosition: z.int(),
      events: z.array(z.object({ partition: z.int(), position: z.int(), event: RoomEvent, erasedAttachmentIds: z.array(AttachmentIdSchema).optional() })),
    }),
  ),
} as const;
