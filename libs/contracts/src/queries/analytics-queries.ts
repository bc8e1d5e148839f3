import { z } from 'zod';
import { IsoTimeSchema, RoomIdSchema, UserIdSchema } from '../primitives';
import { defineQuery } from './define-query';

/** Most days in one answer. */
export const MAX_ANALYTICS_DAYS = 366;

const day = z.iso.date();

/** Questions about the projections of the event log. */
export const ANALYTICS_QUERIES = {
  /** Messages and active people by day, of one room or of all. */
  'analytics.days': defineQuery(
    'any',
    z.object({ roomId: RoomIdSchema.optional(), from: day, to: day }),
    z.object({ days: z.array(z.object({ day, messages: z.int(), activePeople: z.int() })) }),
  ),
  /** The audit trail, newest first. */
  'audit.list': defineQuery(
    'any',
    z.object({ roomId: RoomIdSchema.optional(), actorId: UserIdSchema.optional(), cursor: z.string().max(512).optional(), limit: z.int().min(1).max(100) }),
    z.object({
      items: z.array(
        z.object({
          partition: z.int(),
          position: z.int(),
          roomId: RoomIdSchema,
          seq: z.int(),
          type: z.string(),
          actorId: UserIdSchema.optional(),
          subjectId: z.string().optional(),
          at: IsoTimeSchema.optional(),
        }),
      ),
      next: z.string().optional(),
    }),
  ),
} as const;
