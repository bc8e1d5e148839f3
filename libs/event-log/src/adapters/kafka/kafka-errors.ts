import { AppError } from '@agent-chat/kernel';

export const NONE = 0;
export const OFFSET_OUT_OF_RANGE = 1;

// Rejected before anything was appended. NOT_LEADER (6) and UNKNOWN_TOPIC (3) are not among them: a leader that is deposed while it waits for its
// replicas answers so too, about records that its successor may have.
const MESSAGE_TOO_LARGE = 10;
const NOT_ENOUGH_REPLICAS = 19;
const OUT_OF_ORDER_SEQUENCE = 45;
const INVALID_PRODUCER_EPOCH = 47;
const UNKNOWN_PRODUCER = 59;
const CERTAINLY_NOTHING: ReadonlySet<number> = new Set([MESSAGE_TOO_LARGE, NOT_ENOUGH_REPLICAS, 29, 31, OUT_OF_ORDER_SEQUENCE, INVALID_PRODUCER_EPOCH, 74, 87]);
const LOST_SEQUENCE: ReadonlySet<number> = new Set([OUT_OF_ORDER_SEQUENCE, INVALID_PRODUCER_EPOCH, UNKNOWN_PRODUCER]);

const NEVER_SENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Whether an answer of this code means that this attempt appended nothing. */
export function wroteNothing(code: number): boolean {
  return CERTAINLY_NOTHING.has(code);
}

/** Whether the broker knows another sequence of this producer: going on takes a new epoch. */
export function lostSequence(code: number): boolean {
  return LOST_SEQUENCE.has(code);
}

/** Whether a request that failed has certainly not reached a broker. */
export function neverSent(error: unknown): boolean {
  return NEVER_SENT.has(property(error, 'code')) || (error instanceof Error && error.message === 'Not connected');
}

/** The protocol's name of an error, such as `REBALANCE_IN_PROGRESS`; kafkajs may have wrapped it. */
export function typeOf(error: unknown): string | undefined {
  for (let each: unknown = error; each !== undefined && each !== null; each = property(each, 'cause')) {
    const type = property(each, 'type');
    if (typeof type === 'string') return type;
  }
  return undefined;
}

export function unavailable(detail: string, cause?: unknown): AppError {
  return new AppError('LOG_UNAVAILABLE', { detail, ...(cause === undefined ? {} : { cause }) });
}

export function uncertain(cause?: unknown): AppError {
  return new AppError('LOG_UNCERTAIN', cause === undefined ? {} : { cause });
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
