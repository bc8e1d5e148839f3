import { z } from 'zod';
import { IsoTimeSchema, RoomIdSchema } from '../primitives';
import { defineQuery } from './define-query';

/** What figures are counted by; all in UTC. */
export const FIGURE_UNITS = ['minute', 'hour', 'day'] as const;
/** What active people are counted by: a week begins on Monday; all in UTC. */
export const PEOPLE_PERIODS = ['day', 'week', 'month'] as const;
/** Most points of a series in one answer: a day of minutes, two months of hours, four years of days. */
export const MAX_FIGURE_POINTS = 1_500;
/** How long figures by minute are kept, in days. */
export const MINUTE_FIGURE_DAYS = 7;
/** Upper bounds of the steps in which delivery times are counted, in milliseconds. */
export const DELIVERY_STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000] as const;

const unit = z.enum(FIGURE_UNITS);
const day = z.iso.date();
const count = z.int().min(0);
const room = { roomId: RoomIdSchema.optional() };
/** From the unit that contains `from` up to the one before `to`. */
const range = { unit, from: IsoTimeSchema, to: IsoTimeSchema };

const Activity = z.object({
  messages: count,
  edits: count,
  deletions: count,
  reactions: count,
  joins: count,
  /** Of people who left, were removed or banned. */
  leaves: count,
  /** Attachments of messages. */
  uploads: count,
});
/** What happened in a stretch of time. */
export type Activity = z.infer<typeof Activity>;

const milliseconds = z.number().min(0).optional();

/** Questions about the figures, and what processes tell of themselves. */
export const FIGURE_QUERIES = {
  /** What happened, in one room or in all; a point for each unit of the range, also where nothing did. */
  'figures.activity': defineQuery('any', z.object({ ...range, ...room }), z.object({ points: z.array(Activity.extend({ at: IsoTimeSchema })) })),
  /** How many people posted, edited, deleted or reacted. `from` and `to` are days; the periods that contain them are the first and the last. */
  'figures.people': defineQuery(
    'any',
    z.object({ period: z.enum(PEOPLE_PERIODS), from: day, to: day, ...room }),
    z.object({ points: z.array(z.object({ from: day, activePeople: count })) }),
  ),
  /** The rooms with the most messages on the days from `from` to `to`, and how many had any. */
  'figures.rooms': defineQuery(
    'any',
    z.object({ from: day, to: day, limit: z.int().min(1).max(100) }),
    z.object({ activeRooms: count, items: z.array(Activity.extend({ roomId: RoomIdSchema, activePeople: count })) }),
  ),
  /** How long events took from their commit to the first connection of a gateway, one count an event and gateway. Without deliveries no times. */
  'figures.delivery': defineQuery(
    'any',
    z.object(range),
    z.object({ points: z.array(z.object({ at: IsoTimeSchema, deliveries: count, p50Ms: milliseconds, p95Ms: milliseconds, p99Ms: milliseconds })) }),
  ),
  /** Errors that gateways answered, over any transport, by code. */
  'figures.errors': defineQuery(
    'any',
    z.object(range),
    z.object({ points: z.array(z.object({ at: IsoTimeSchema, errors: z.array(z.object({ code: z.string(), count })) })) }),
  ),
  /** What a process observed. Each count is the whole of that minute up to now: what comes again, late or out of order counts once. */
  'figures.observe': defineQuery(
    'any',
    z.object({
      processId: z.uuid(),
      observations: z
        .array(z.object({ minute: IsoTimeSchema, series: z.enum(['delivery', 'error']), label: z.string().min(1).max(64), count: z.int().min(1) }))
        .max(5_000),
    }),
    z.object({}),
  ),
} as const;
