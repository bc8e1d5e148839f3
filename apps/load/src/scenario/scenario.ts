import { MAX_TEXT_CODE_POINTS } from '@agent-chat/contracts';
import { z } from 'zod';

/** What people do; each kind has its own rate and its own latencies. */
export const ACTS = ['post', 'edit', 'reaction', 'read', 'typing', 'history', 'reconnect'] as const;
export type Act = (typeof ACTS)[number];

const countFrom = (least: number) => z.int('must be a whole number').min(least, `must be at least ${String(least)}`);
const count = countFrom(1);
const perSecond = z.number('must be a number').min(0, 'must not be negative').default(0);
const seconds = z.number('must be a number of seconds').positive('must be more than 0 seconds');
const share = z.number('must be a number').min(0, 'must be between 0 and 1').max(1, 'must be between 0 and 1');
const times = z.number('must be a number').min(0, 'must not be negative');
const name = z.string().min(1).max(40).optional();
const limitMs = z.number('must be a number of milliseconds').positive('must be more than 0 ms').optional();

/** A stretch of a run. Rates are multiples of the mix's. */
const Phase = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('ramp'), name, seconds, from: times.default(0), to: times.default(1) }),
    z.strictObject({ kind: z.literal('steady'), name, seconds, rate: times.default(1) }),
    z.strictObject({ kind: z.literal('spike'), name, seconds, rate: times.default(3) }),
    /** At its start, this share of the connections is cut at once, and comes back as clients do. */
    z.strictObject({ kind: z.literal('storm'), name, seconds, rate: times.default(1), share: share.default(1) }),
  ],
  'kind must be one of ramp, steady, spike, storm',
);
export type Phase = z.infer<typeof Phase>;

const Sizes = z.union(
  [z.strictObject({ fixed: count }), z.strictObject({ min: count, max: count, exponent: z.number('must be a number').min(0, 'must not be negative') })],
  'must be { "fixed": size } or { "min", "max", "exponent" }',
);

/** What a run is held to; whatever is left out is not judged. Latencies count from when an act was due, in milliseconds. */
const Limits = z.strictObject({
  ackP50Ms: limitMs,
  ackP99Ms: limitMs,
  deliveryP50Ms: limitMs,
  deliveryP99Ms: limitMs,
  historyP95Ms: limitMs,
  reconnectP99Ms: limitMs,
  /** Acts that failed, of those that were due. */
  errorShare: share.optional(),
  /** The same without those that were refused for the load: UNAVAILABLE and RATE_LIMITED. */
  otherErrorShare: share.optional(),
  /** Seconds from the end of the last spike until nothing fails any more and posts are acknowledged as fast as before the first. */
  recoverySeconds: times.optional(),
  /** Acts that were done by the end of the phases, of those that were due. */
  achievedShare: share.optional(),
});
export type Limits = z.infer<typeof Limits>;

const shape = z.strictObject({
  description: z.string().default(''),
  people: countFrom(2),
  /** Spread over the people; as many as people unless given. */
  connections: count.optional(),
  rooms: z.strictObject({ count, kind: z.enum(['public', 'private'], 'must be "public" or "private"').default('private'), sizes: Sizes }),
  mix: z.strictObject(Object.fromEntries(ACTS.map((act) => [act, perSecond])) as Record<Act, typeof perSecond>),
  /** Characters: half of the texts are shorter than `median`; none is longer than `max`. */
  text: z
    .strictObject({ median: count.default(60), max: count.max(MAX_TEXT_CODE_POINTS, `must be at most ${String(MAX_TEXT_CODE_POINTS)}`).default(1_000) })
    .default({ median: 60, max: 1_000 }),
  arrivals: z.enum(['poisson', 'even'], 'must be "poisson" or "even"').default('poisson'),
  phases: z.array(Phase, 'must be a list of phases').min(1, 'must hold at least one phase'),
  limits: Limits.default({}),
});

const largest = (sizes: z.infer<typeof Sizes>): number => ('fixed' in sizes ? sizes.fixed : sizes.max);

export const Scenario = shape.check(({ value, issues }) => {
  const { people, connections, rooms, text } = value;
  const { sizes } = rooms;
  const wrong = (path: string[], message: string): void => {
    issues.push({ code: 'custom', path, message, input: value });
  };
  if ((connections ?? people) < people) wrong(['connections'], `must be at least as many as people (${String(people)}): each person has at least one`);
  if (largest(sizes) > people) wrong(['rooms', 'sizes'], `hold up to ${String(largest(sizes))} people, but there are only ${String(people)}`);
  if ('min' in sizes && sizes.min > sizes.max) wrong(['rooms', 'sizes', 'min'], 'must not be more than max');
  if (text.median > text.max) wrong(['text', 'median'], 'must not be more than max');
});
export type Scenario = z.infer<typeof Scenario>;
