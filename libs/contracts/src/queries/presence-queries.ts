import { z } from 'zod';
import { IsoTimeSchema, RoomIdSchema, UserIdSchema, wellFormedText } from '../primitives';
import { defineQuery } from './define-query';

/** Whether somebody is there. */
export const PresenceStatus = z.enum(['online', 'away', 'offline']);
export type PresenceStatus = z.infer<typeof PresenceStatus>;

/** Whether somebody is there, as others see it. */
export const Presence = z.object({
  userId: UserIdSchema,
  status: PresenceStatus,
  text: wellFormedText(100).optional(),
  lastSeenAt: IsoTimeSchema.optional(),
});
export type Presence = z.infer<typeof Presence>;

const Watched = z.object({ userIds: z.array(UserIdSchema).max(10_000), roomIds: z.array(RoomIdSchema).max(10_000) });

const People = z.object({ userIds: z.array(UserIdSchema).max(10_000) });
const GatewaysOfPeople = z.object({ users: z.array(z.object({ userId: UserIdSchema, gatewayIds: z.array(z.string()) })) });

/** What gateways tell and ask the presence service. All of it may be lost or repeated. */
export const PRESENCE_QUERIES = {
  /** The people connected to one gateway, in full or as changes; a gateway repeats it in full well within `ttlMs`. */
  'presence.report': defineQuery(
    'any',
    z.object({
      gatewayId: z.string(),
      ttlMs: z.int().min(1_000),
      present: z.array(z.object({ userId: UserIdSchema, status: PresenceStatus, text: z.string().max(200).optional() })),
      gone: z.array(UserIdSchema),
    }),
    z.object({}),
  ),
  /** Whose presence and which rooms' typing a gateway's connections have open: what changed. What stays open is repeated well within `ttlMs`, and lapses otherwise. */
  'presence.watch': defineQuery('any', z.object({ gatewayId: z.string(), ttlMs: z.int().min(1_000), open: Watched, closed: Watched }), z.object({})),
  'presence.get': defineQuery('any', z.object({ userIds: z.array(UserIdSchema).max(1_000) }), z.object({ presences: z.array(Presence) })),
  'typing.set': defineQuery('any', z.object({ roomId: RoomIdSchema, userId: UserIdSchema, typing: z.boolean() }), z.object({})),
  /** The gateways that somebody is connected to now. */
  'presence.gateways': defineQuery('any', People, GatewaysOfPeople),
  /** The gateways that have somebody open now. */
  'presence.watchers': defineQuery('any', People, GatewaysOfPeople),
} as const;
