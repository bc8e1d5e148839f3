import { z } from 'zod';
import { IsoTimeSchema, UserIdSchema } from '../primitives';
import { defineQuery } from './define-query';

/** What can fail for good. */
export const DEAD_LETTER_KINDS = ['command', 'event', 'job'] as const;
/** What an operator can do with it. */
export const DEAD_LETTER_ACTS = ['replay', 'discard'] as const;

const kind = z.enum(DEAD_LETTER_KINDS);
const act = z.enum(DEAD_LETTER_ACTS);
const id = z.string().min(1).max(400);

/** Something that failed for good and waits for an operator. */
export const DeadLetter = z.object({
  id,
  kind,
  /** The type of command, the consumer group, the kind of job. */
  source: z.string(),
  /** Why it failed, the last time. */
  error: z.string(),
  failedAt: IsoTimeSchema,
  /** `replaying`: asked for, and not yet done by the process that runs the consumer group. */
  state: z.enum(['waiting', 'replaying', 'replayed', 'discarded']),
  /** Of an event: its place in the log. */
  event: z.object({ partition: z.int(), position: z.int(), roomId: z.string(), seq: z.int(), type: z.string() }).optional(),
  /** Of a job: how often it was tried. */
  attempts: z.int().optional(),
});
/** Something that failed for good and waits for an operator. */
export type DeadLetter = z.infer<typeof DeadLetter>;

/** What an operator did with a dead letter. Without `doneAt` it was asked for, and may not have been done. */
export const DeadLetterDeed = z.object({ act, actorId: UserIdSchema, askedAt: IsoTimeSchema, doneAt: IsoTimeSchema.optional() });

/** A dead letter with what it says and what was done with it. */
export const DeadLetterDetails = z.object({
  letter: DeadLetter,
  /** Of a command its record, of a job its data, while it waits. An event's is read in its room. */
  content: z.unknown().optional(),
  /** Newest first. */
  deeds: z.array(DeadLetterDeed),
});
/** A dead letter with what it says and what was done with it. */
export type DeadLetterDetails = z.infer<typeof DeadLetterDetails>;

/** What operators ask and tell about dead letters (P15, P16, P20). */
export const DEAD_LETTER_QUERIES = {
  /** Those that wait, newest first. `missing`: what could not be read, a database by its name, or `jobs`; there may be more, newer ones too. */
  'deadLetters.list': defineQuery(
    'any',
    z.object({ kind: kind.optional(), source: z.string().max(200).optional(), cursor: z.string().max(1_000).optional(), limit: z.int().min(1).max(100) }),
    z.object({ items: z.array(DeadLetter), next: z.string().optional(), missing: z.array(z.string()).optional() }),
  ),
  'deadLetters.get': defineQuery('any', z.object({ id }), DeadLetterDetails),
  /** Replays or discards one. Asked again, it answers the same. */
  'deadLetters.act': defineQuery('any', z.object({ id, act, actorId: UserIdSchema, key: z.string().max(64).optional() }), z.object({ letter: DeadLetter })),
} as const;
