import { z } from 'zod';
import { RoomIdSchema } from '../primitives';

/** Of which messages somebody is told. */
export const ROOM_NOTIFY = ['all', 'mentions', 'nothing'] as const;
/** Of which messages of a room somebody wants to be told: of all, of those that name them or everyone, or of none. */
export const RoomNotify = z.enum(ROOM_NOTIFY);
export type RoomNotify = z.infer<typeof RoomNotify>;

/** What somebody has chosen for a room; `notify` null is the default: all of a direct room, mentions of every other. */
export const RoomPreference = z.object({ roomId: RoomIdSchema, notify: RoomNotify.nullable() });
export type RoomPreference = z.infer<typeof RoomPreference>;
