import { z } from 'zod';
import { IsoTimeSchema, UserIdSchema } from '../primitives';
import { defineQuery } from './define-query';

const partition = z.int().min(0);
const database = z.string().min(1).max(63);

/** How far a move is. Up to `switching` it can be cancelled; from `switched` on it only goes forward. */
export const SHARD_MOVE_PHASES = ['planned', 'copying', 'following', 'switching', 'switched', 'undoing', 'done', 'cancelled', 'failed'] as const;

/** A logical shard on its way from one database to another. */
export const ShardMove = z.object({
  moveId: z.uuid(),
  partition,
  source: database,
  target: database,
  phase: z.enum(SHARD_MOVE_PHASES),
  /** Rows written to the target so far. */
  copied: z.int(),
  /** What failed last; it is tried again unless the phase is `failed`. */
  error: z.string().optional(),
  startedAt: IsoTimeSchema,
  endedAt: IsoTimeSchema.optional(),
  /** How long writers of the shard had to wait for the switch. */
  stalledMs: z.int().optional(),
  /** The process that runs it, or ran it last, as partitions name their owners. */
  runner: z.string().optional(),
  /** The shard's log as it was switched: the same at both ends, before it was removed from the source. */
  log: z.object({ events: z.int(), checksum: z.string() }).optional(),
});
/** A logical shard on its way from one database to another. */
export type ShardMove = z.infer<typeof ShardMove>;

/** Where the logical shards are. */
export const ShardMap = z.object({
  databases: z.array(z.object({ name: database, sizeBytes: z.int(), shards: z.int() })),
  shards: z.array(z.object({ partition, database, rooms: z.int(), events: z.int() })),
  /** Newest first. */
  moves: z.array(ShardMove),
});

/** Who owns the partitions, and how far what follows their logs is. */
export const PartitionList = z.object({
  partitions: z.array(
    z.object({
      partition,
      database,
      /** The process that owns it, as processes name themselves; empty before the first. */
      owner: z.string(),
      /** How often it was taken. */
      fence: z.int(),
      epoch: z.int(),
      /** Of the newest event. */
      position: z.int(),
      /** When the newest event happened. */
      lastAt: IsoTimeSchema.optional(),
      /** How many events each consumer group has not handled, as far as was stored: one may have passed over up to 1,000 more that don't concern it. */
      consumers: z.array(z.object({ group: z.string(), lag: z.int() })),
    }),
  ),
  /** Databases that did not answer: what they hold is not listed. */
  missing: z.array(z.string()).optional(),
});
/** Who owns the partitions, and how far what follows their logs is. */
export type PartitionList = z.infer<typeof PartitionList>;

/** What operators ask and tell about logical shards (P30). */
export const SHARD_QUERIES = {
  'partitions.list': defineQuery('any', z.object({}), PartitionList),
  'shards.map': defineQuery('any', z.object({}), ShardMap),
  /** The move that is under way, if there is one. */
  'shards.moving': defineQuery('any', z.object({}), z.object({ moves: z.array(ShardMove) })),
  /** Begins to move a shard. Asked again for the same target, it answers the move under way. */
  'shards.move': defineQuery('any', z.object({ partition, target: database, actorId: UserIdSchema.optional() }), z.object({ move: ShardMove })),
  /** Takes a move back. Asked again, it answers the same. */
  'shards.cancel': defineQuery('any', z.object({ partition, actorId: UserIdSchema.optional() }), z.object({ move: ShardMove })),
} as const;
