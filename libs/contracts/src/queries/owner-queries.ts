import { z } from 'zod';
import { RoomIdSchema, SeqSchema, UserIdSchema } from '../primitives';
import { type CommandAnswer } from '../commands/answer';
import { defineQuery } from './define-query';

const partition = z.int().min(0);

/** Questions that only the owner of a partition answers. Asked with `AskOptions.partition`. */
export const OWNER_QUERIES = {
  /** Registers a gateway's interest in rooms of one partition (P23); the answer names the owner's fence. */
  'interest.register': defineQuery('owner', z.object({ gatewayId: z.string(), partition, roomIds: z.array(RoomIdSchema) }), z.object({ fence: z.int() })),
  /** Takes interest back. Nothing depends on it: a gateway drops events of rooms that it doesn't need. */
  'interest.drop': defineQuery('owner', z.object({ gatewayId: z.string(), partition, roomIds: z.array(RoomIdSchema) }), z.object({})),
  /** What became of calls that got no answer (P22). */
  'command.outcome': defineQuery(
    'owner',
    z.object({
      partition,
      calls: z.array(
        z.object({
          requestId: z.string(),
          actorId: UserIdSchema,
          roomId: RoomIdSchema,
          key: z.string(),
          /** Where the command lies in the log, where the gateway knows it. */
          offset: z.int().optional(),
        }),
      ),
    }),
    z.object({
      outcomes: z.array(
        z.discriminatedUnion('status', [
          z.object({ requestId: z.string(), status: z.literal('answered'), answer: z.custom<CommandAnswer>((value) => typeof value === 'object') }),
          /** Not decided yet, as far as this process knows: ask again. */
          z.object({ requestId: z.string(), status: z.literal('pending') }),
          /** Decided, and nothing kept: it was a refusal. Send it again with a new requestId. */
          z.object({ requestId: z.string(), status: z.literal('gone') }),
        ]),
      ),
    }),
  ),
  /** Moves a read mark (P33); it never goes back unless forced. Answers after it is stored. */
  'read.mark': defineQuery(
    'owner',
    z.object({ roomId: RoomIdSchema, userId: UserIdSchema, seq: SeqSchema, force: z.boolean() }),
    z.object({ head: SeqSchema, readSeq: SeqSchema, unreadCount: z.int(), mentionCount: z.int() }),
  ),
} as const;
