import { z } from 'zod';
import { RoomIdSchema } from '../primitives';
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
} as const;
