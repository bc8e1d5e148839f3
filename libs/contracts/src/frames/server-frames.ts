import { z } from 'zod';
import { RoomEvent } from '../events/room-events';
import { IsoTimeSchema, RoomIdSchema, UserIdSchema } from '../primitives';
import { PresenceStatus } from '../queries/presence-queries';
import { RoomHead } from '../views/room';
import { User } from '../views/user';

/** Something that may be dropped or merged: typing; presence and changed profiles of those who are watched. */
export const EphemeralItem = z.discriminatedUnion('type', [
  z.object({ type: z.literal('typing'), roomId: RoomIdSchema, userId: UserIdSchema, typing: z.boolean() }),
  z.object({ type: z.literal('presence'), userId: UserIdSchema, status: PresenceStatus, text: z.string().optional(), lastSeenAt: IsoTimeSchema.optional() }),
  z.object({ type: z.literal('profile'), userId: UserIdSchema, user: User }),
]);
export type EphemeralItem = z.infer<typeof EphemeralItem>;

/** One change of a person's room list. */
export const RoomListChange = z.object({
  roomId: RoomIdSchema,
  change: z.string().meta({
    description:
      '`created`, `joined`, `left`, `removed`, `banned`, `unbanned`, `invited`, `uninvited`: what happened to the person there. Others may come later: read the room again',
  }),
});
export type RoomListChange = z.infer<typeof RoomListChange>;

const RESYNC_REASONS =
  'The subscription has ended. `left`, `removed`, `banned`: the person is out of the room. `private`: the room was made private, and the person may not read it. ' +
  '`restored`: the history was replaced, or its order was broken here. `overtaken`: the server could not keep up. On an event stream also `unknown_position`: ' +
  'its `Last-Event-ID` does not tell where this room was; and the code of the error that kept the room from being opened, in small letters: ' +
  '`resync_required`, `room_not_found`. Others may come later: read the history again';

const CLOSING_CODES =
  'Of the error catalogue. `DRAINING`, `SLOW_CONSUMER`, `INTERNAL`: come back and resume. `UNAVAILABLE`, `TIMEOUT`, `RATE_LIMITED`, `LIMIT_REACHED`: come back later. ' +
  '`UNAUTHENTICATED`: the token or the session has ended. `FRAME_TOO_LARGE`: a frame was too long. `TOO_MANY_SUBSCRIPTIONS`: a stream asked for too many rooms. Others may come later';

/** What the server sends, version 1; the same bodies as Socket.IO events and as SSE events. */
export const SERVER_FRAMES = {
  /** In order within each room, gap-free from the subscription on; several rooms and several events may share a frame. */
  events: z.array(RoomEvent),
  ephemeral: z.array(EphemeralItem),
  /** Activity in the person's rooms that this connection is not subscribed to, and read marks of their other devices; coalesced. */
  heads: z.array(RoomHead),
  /** The person's room list changed; any `rev` but the expected one means: read the room list again. */
  rooms: z.object({ rev: z.int(), changes: z.array(RoomListChange) }),
  /** The room's cursor can't be continued, or the room is gone for this person: read the history again. */
  resync: z.object({ roomId: RoomIdSchema, reason: z.string().meta({ description: RESYNC_REASONS }) }),
  /** The node is leaving: reconnect after that long. */
  drain: z.object({ reconnectInMs: z.int() }),
  /** Just before the server closes this connection. */
  closing: z.object({ code: z.string().meta({ description: CLOSING_CODES }), retryAfterMs: z.int().optional() }),
} as const;

/** The name of a frame. */
export type ServerFrame = keyof typeof SERVER_FRAMES;
/** What a frame says. */
export type ServerFrameBody<Frame extends ServerFrame> = z.infer<(typeof SERVER_FRAMES)[Frame]>;
