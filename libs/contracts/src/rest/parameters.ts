import { z } from 'zod';
import { CursorSchema, IsoTimeSchema, RoomIdSchema, UserIdSchema, wellFormedText } from '../primitives';
import { MAX_ANALYTICS_DAYS } from '../queries/analytics-queries';
import { DEAD_LETTER_KINDS } from '../queries/dead-letter-queries';
import { FIGURE_UNITS, PEOPLE_PERIODS } from '../queries/figure-queries';
import { MAX_EVENTS_PER_PAGE, MAX_PAGE_SIZE } from '../queries/room-queries';
import { FILE_KINDS } from '../views/attachment';

const DEFAULT_PAGE_SIZE = 50;
/** Most people in one answer. */
const MAX_USERS = 50;
const DIGITS = /^\d{1,15}$/;

/** A whole number as a query string writes it. */
function integerText(min: number, max: number) {
  return z.string().regex(DIGITS, 'must be a whole number').transform(Number).pipe(z.int().min(min).max(max));
}

/** A date (the start of that day, UTC) or a time with an offset, as the time in UTC. */
const timeText = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be an ISO 8601 date or time')
  .transform((text, context) => {
    const time = new Date(text);
    // Dates such as year 0 with an offset pass the pattern and lie outside of what is stored.
    if (time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999) return time.toISOString();
    context.addIssue({ code: 'custom', message: 'must be within the years 1 to 9999' });
    return z.NEVER;
  })
  .pipe(IsoTimeSchema);

const seqText = integerText(0, Number.MAX_SAFE_INTEGER);
/** Documented as what a page answers (text) and what a caller counts with. */
const place = (from: string) => seqText.meta({ type: ['integer', 'string'], pattern: DIGITS.source, description: `\`${from}\` of a page, or any seq` });
const cursor = z.string().min(1).max(512).meta({ description: '`next` of the page before' }).optional();
const page = { cursor, limit: integerText(1, MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE) };
// What is stored begins with the year 1.
const days = z.iso.date('must be a date such as 2026-01-31').refine((day) => day >= '0001', 'must be within the years 1 to 9999');
const MS_PER_DAY = 86_400_000;
const stretch = {
  unit: z.enum(FIGURE_UNITS).default('hour'),
  from: timeText.meta({ description: 'The unit that it lies in is the first' }),
  to: timeText.meta({ description: 'The first unit that begins at or after it is left out' }),
};

/** The query strings of REST calls, version 1. What isn't named here is ignored. */
export const REST_QUERIES = {
  page: z.object(page),
  users: z.object({
    /** Blank is everybody. */
    query: wellFormedText(60)
      .max(60)
      .refine((text) => !/\p{Cc}/u.test(text), 'must be a single line')
      .optional(),
    cursor,
    limit: integerText(1, MAX_USERS).default(MAX_USERS),
  }),
  discover: z.object({ ...page, query: wellFormedText(80).max(80).optional() }),
  history: z
    .object({
      before: place('prev').optional(),
      after: place('next').optional(),
      around: z.union([seqText, timeText], 'must be a seq, or an ISO 8601 date or time').meta({ description: 'A seq, or an ISO 8601 date or time' }).optional(),
      atLeast: CursorSchema.meta({
        description:
          'What the caller has seen of the room: a replica that is at least that far may answer. Without such a one the primary does, with all it has',
      }).optional(),
      limit: page.limit,
    })
    .refine(({ before, after, around }) => [before, after, around].filter((given) => given !== undefined).length <= 1, 'takes one of before, after and around'),
  events: z.object({
    after: CursorSchema.default('1.0'),
    limit: integerText(1, MAX_EVENTS_PER_PAGE).default(MAX_EVENTS_PER_PAGE),
  }),
  roomFiles: z.object({
    ...page,
    kind: z.enum(FILE_KINDS).meta({ description: '`image`: pictures that can be shown; `other`: all else' }).optional(),
    name: wellFormedText(255).min(1).max(255).meta({ description: 'A part of the name, whatever the case' }).optional(),
  }),
  search: z.object({
    ...page,
    q: wellFormedText(200)
      .max(200)
      .refine((text) => text.trim().length > 0, 'must not be blank'),
    roomId: RoomIdSchema.optional(),
    authorId: UserIdSchema.optional(),
    before: timeText.optional(),
    after: timeText.optional(),
  }),
  analyticsDays: z
    .object({ roomId: RoomIdSchema.optional(), from: days, to: days })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not lie before from' })
    .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MAX_ANALYTICS_DAYS * MS_PER_DAY, {
      path: ['from'],
      message: `must lie at most ${MAX_ANALYTICS_DAYS} days back`,
    }),
  figures: z.object(stretch),
  activity: z.object({ ...stretch, roomId: RoomIdSchema.optional() }),
  activePeople: z.object({ period: z.enum(PEOPLE_PERIODS).default('day'), from: days, to: days, roomId: RoomIdSchema.optional() }),
  activeRooms: z.object({ from: days, to: days, limit: integerText(1, MAX_PAGE_SIZE).default(20) }),
  deadLetters: z.object({
    ...page,
    cursor: z.string().min(1).max(1_000).meta({ description: '`next` of the page before' }).optional(),
    kind: z.enum(DEAD_LETTER_KINDS).optional(),
    source: z.string().min(1).max(200).meta({ description: 'The type of command, the consumer group or the kind of job' }).optional(),
  }),
  audit: z.object({
    ...page,
    roomId: RoomIdSchema.optional(),
    actorId: UserIdSchema.optional(),
    subjectId: wellFormedText(400).min(1).meta({ description: 'The message or the person concerned, or what an operator did something to' }).optional(),
    type: wellFormedText(64).min(1).meta({ description: 'The type of event, or of an operator’s act' }).optional(),
    from: timeText.optional(),
    to: timeText.optional(),
    by: z.enum(['operators']).meta({ description: '`operators`: only what operators did' }).optional(),
  }),
} as const;

/** What a call's query string says, checked and with its defaults. */
export type RestQuery<Name extends keyof typeof REST_QUERIES> = z.output<(typeof REST_QUERIES)[Name]>;
