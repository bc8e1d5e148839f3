import { z } from 'zod';
import { CursorSchema, EmojiSchema, KeySchema, MessageIdSchema, MessageTextSchema, RoomIdSchema, SeqSchema, UserIdSchema, wellFormedText } from '../primitives';
import { MAX_EVENTS_PER_PAGE } from '../queries/room-queries';

/** Largest answer to `room.subscribe` and `events.fetch`. */
export const MAX_ANSWER_BYTES = 256 * 1024;
/** Most rooms in one `room.subscribe`. */
export const MAX_ROOMS_PER_SUBSCRIBE = 100;
/** Most people in one `presence.watch`. */
export const MAX_WATCHED_USERS = 200;

/** Two cursors for one room: no answer could be complete for both. */
function isEachOnce(rooms: readonly { readonly roomId: string }[]): boolean {
  return new Set(rooms.map(({ roomId }) => roomId)).size === rooms.length;
}

const keyed = { key: KeySchema.optional() };
const onMessage = { roomId: RoomIdSchema, messageId: MessageIdSchema, ...keyed };
const attachmentIds = z.array(z.string()).max(0).optional();

/** A subscribable room, from a cursor or from its head on. */
export const RoomCursor = z.object({ roomId: RoomIdSchema, cursor: CursorSchema.optional() });

/** What a client may call over a socket, version 1. Every call takes an acknowledgement. */
export const CLIENT_CALLS = {
  'room.subscribe': z.object({ rooms: z.array(RoomCursor).min(1).max(MAX_ROOMS_PER_SUBSCRIBE).refine(isEachOnce, 'must not name a room twice') }),
  'room.unsubscribe': z.object({ roomIds: z.array(RoomIdSchema).min(1).max(MAX_ROOMS_PER_SUBSCRIBE) }),
  'events.fetch': z.object({ roomId: RoomIdSchema, after: CursorSchema, limit: z.int().min(1).max(MAX_EVENTS_PER_PAGE).default(MAX_EVENTS_PER_PAGE) }),
  'message.post': z.object({
    roomId: RoomIdSchema,
    clientMsgId: KeySchema,
    text: MessageTextSchema,
    replyTo: MessageIdSchema.optional(),
    attachmentIds,
  }),
  'message.edit': z.object({ ...onMessage, text: MessageTextSchema }),
  'message.delete': z.object(onMessage),
  'message.restore': z.object(onMessage),
  'reaction.add': z.object({ ...onMessage, emoji: EmojiSchema }),
  'reaction.remove': z.object({ ...onMessage, emoji: EmojiSchema }),
  'room.read': z.object({ roomId: RoomIdSchema, seq: SeqSchema, force: z.boolean().optional() }),
  'typing.set': z.object({ roomId: RoomIdSchema, typing: z.boolean() }),
  'presence.set': z.object({ status: z.enum(['online', 'away']), text: wellFormedText(100).optional() }),
  'presence.watch': z.object({ userIds: z.array(UserIdSchema).max(MAX_WATCHED_USERS) }),
  'auth.renew': z.object({ token: z.string().min(1).max(8_192) }),
} as const;

/** The name of a call. */
export type ClientCall = keyof typeof CLIENT_CALLS;
/** What was passed, checked and with its defaults. */
export type ClientCallData<Call extends ClientCall> = z.output<(typeof CLIENT_CALLS)[Call]>;
