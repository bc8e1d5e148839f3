import { z } from 'zod';
import { ErrorBodySchema } from '../queries/error-body';
import { CursorSchema, RoomIdSchema, SeqSchema } from '../primitives';
import { RoomEvent } from '../events/room-events';
import { Committed, EventPage, Posted, ReadAnswer } from '../views/answers';
import { type ClientCall } from './client-calls';

const nothing = z.object({});

/** One room's part of the answer to `room.subscribe`. */
export const SubscribedRoom = z.union([
  z.object({
    roomId: RoomIdSchema,
    head: SeqSchema,
    /** Live from here on, unless `more`. */
    cursor: CursorSchema,
    /** What came after the given cursor. */
    events: z.array(RoomEvent),
    /** Not live yet: fetch on. */
    more: z.boolean(),
  }),
  z.object({ roomId: RoomIdSchema, error: ErrorBodySchema }),
]);

/** What each call of a socket is acknowledged with beside `ok: true`; a refusal is `{ ok: false, error }`. */
export const CALL_ANSWERS = {
  'room.subscribe': z.object({ rooms: z.array(SubscribedRoom) }),
  'room.unsubscribe': nothing,
  'events.fetch': EventPage,
  'message.post': Posted,
  'message.edit': Committed,
  'message.delete': Committed,
  'message.restore': Committed,
  'reaction.add': Committed,
  'reaction.remove': Committed,
  'room.read': ReadAnswer,
  'typing.set': nothing,
  'presence.set': nothing,
  'presence.watch': nothing,
  'auth.renew': nothing,
} as const satisfies Record<ClientCall, z.ZodType>;
