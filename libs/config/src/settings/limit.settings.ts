import { z } from 'zod';
import { integer } from '../setting-kinds';

const KIB = 1024;
const MIB = 1024 * KIB;

/** What one process and one connection may use at most. */
export const limitSettings = z.object({
  MAX_FRAME_BYTES: integer({
    description: 'The largest frame accepted on a socket; a larger one closes it with `FRAME_TOO_LARGE`.',
    unit: 'bytes',
    fallback: 128 * KIB,
    min: 48 * KIB,
    max: 16 * MIB,
  }),
  MAX_BODY_BYTES: integer({
    description: 'The largest body accepted by the REST API.',
    unit: 'bytes',
    fallback: 128 * KIB,
    min: 48 * KIB,
    max: 16 * MIB,
  }),
  MAX_CONNECTIONS: integer({
    description: 'How many sockets and event streams one process holds open; more are refused with `UNAVAILABLE`.',
    unit: 'connections',
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
  }),
  MAX_CONNECTIONS_PER_USER: integer({
    description: 'How many of them one user may hold.',
    unit: 'connections',
    fallback: 50,
    min: 1,
    max: 1_000_000,
  }),
  MAX_OPEN_CALLS: integer({
    description:
      'How many calls that change rooms may wait for their answer in one gateway; more are refused with `UNAVAILABLE`. Half of them may be of one partition.',
    unit: 'calls',
    fallback: 5_000,
    min: 100,
    max: 1_000_000,
  }),
  ANSWER_TARGET_MS: integer({
    description:
      'How long such a call may wait on average. A gateway lets in to a partition that takes longer only as many as it answers in that time, and refuses the rest with ' +
      '`UNAVAILABLE`. Keep it well above what an answer takes without a load.',
    unit: 'ms',
    fallback: 200,
    min: 20,
    max: 5_000,
  }),
  OUTBOUND_QUEUE_BYTES: integer({
    description: 'How much may wait to be sent to one connection before it is closed with `SLOW_CONSUMER`.',
    unit: 'bytes',
    fallback: MIB,
    min: 512 * KIB,
    max: 64 * MIB,
  }),
  SUBSCRIPTIONS_PER_CONNECTION: integer({
    description: 'How many rooms one connection may be subscribed to.',
    unit: 'rooms',
    fallback: 1_000,
    min: 1,
    max: 100_000,
  }),
  HISTORY_CACHE_BYTES: integer({
    description: 'How much memory a process that answers questions about rooms (`chat`, `standalone`) keeps messages in that were read, about; 0 keeps none.',
    unit: 'bytes',
    fallback: 64 * MIB,
    min: 0,
    max: 16 * 1024 * MIB,
  }),
});
