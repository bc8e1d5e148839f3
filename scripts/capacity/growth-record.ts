import { z } from 'zod';

/** What is grown, one at a time. `rate` is not a curve of its own: it is what the model's costs are fitted from. */
export const DIMENSIONS = ['rate', 'room-size', 'rooms', 'connections', 'history', 'gateways', 'shards'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What CPU and memory are told apart by: the apps, and the servers; of Postgres that of the directory, and those with rooms. */
export const PARTS = ['gateway', 'chat', 'presence', 'analytics', 'kafka', 'redis', 'directory', 'shards'] as const;
export type Part = (typeof PARTS)[number];

const amount = z.number().nonnegative();
const byPart = z.object(Object.fromEntries(PARTS.map((part) => [part, amount])) as Record<Part, typeof amount>);

/** What a cluster had to do while it was measured. */
export const LoadSchema = z.object({
  gateways: amount,
  chats: amount,
  databases: amount,
  connections: amount,
  /** Gateways that somebody is connected to. */
  reached: amount,
  /** Rooms that somebody is subscribed to, and subscriptions in all. */
  rooms: amount,
  subscriptions: amount,
  /** Messages acknowledged, deliveries made, and gateways that a message had to be brought to, summed over messages; each a second. */
  posts: amount,
  deliveries: amount,
  handovers: amount,
});
export type Load = z.infer<typeof LoadSchema>;

const Milliseconds = z.object({ p50: amount, p99: amount });

/** One point of a curve: a load, and what it took. */
export const PointSchema = z.object({
  dimension: z.enum(DIMENSIONS),
  /** Where on its axis it lies. */
  at: amount,
  seconds: amount,
  offered: amount,
  load: LoadSchema,
  /** Processors that each part kept busy, on average. */
  cores: byPart,
  /** Of the apps after a garbage collection, of the servers as they are; resident MB, all processes of a kind together. */
  memoryMb: byPart,
  ack: Milliseconds,
  delivery: Milliseconds,
  /** Messages without an answer, and deliveries that were missing at the end. */
  missing: amount,
});
export type Point = z.infer<typeof PointSchema>;

/** Pages of one room with so many messages. */
export const HistoryPointSchema = z.object({
  rows: amount,
  /** Median milliseconds of a page of 50, as the chat service reads it: the newest, one in the middle, the oldest; and of 100 events of the log in the middle. */
  pageMs: z.object({ newest: amount, middle: amount, oldest: amount, events: amount }),
  /** Microseconds of Postgres's CPU a page, over all of these. */
  postgresMicros: amount,
  /** A message in `messages` and its event in `room_events`: rows, and the indexes on both. */
  bytesARow: z.object({ table: amount, indexes: amount }),
});
export type HistoryPoint = z.infer<typeof HistoryPointSchema>;

const SourceSchema = z.object({
  commit: z.string(),
  date: z.string(),
  /** What has to be known to read the points, such as what else the machine did meanwhile. */
  note: z.string().optional(),
  machine: z.object({ processors: amount, model: z.string(), memoryGb: amount, node: z.string() }),
});

/** `docs/generated/growth.json`. A dimension that is recorded again replaces its points. */
export const GrowthRecordSchema = z.object({
  sources: z.partialRecord(z.enum(DIMENSIONS), SourceSchema),
  points: z.array(PointSchema),
  history: z.array(HistoryPointSchema),
});
export type GrowthRecord = z.infer<typeof GrowthRecordSchema>;
export type Source = z.infer<typeof SourceSchema>;

/** Relative to the root of the repository. */
export const GROWTH_FILE = 'docs/generated/growth.json';
