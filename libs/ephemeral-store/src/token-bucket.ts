import { type Bucket, type TakenTokens } from './ephemeral-store.port';

/** A bucket's level at an instant. */
export interface BucketLevel {
  readonly tokens: number;
  readonly atMs: number;
}

/** Refilling in steps leaves errors far below this; a token that is there but for them counts as there. */
const ROUNDING = 1e-6;

/** Refills the bucket for the time passed and takes the cost, if it is there. Without a level the bucket is full. */
export function takeFrom(
  level: BucketLevel | undefined,
  { capacity, refillPerSec }: Bucket,
  cost: number,
  nowMs: number,
): { level: BucketLevel; taken: TakenTokens } {
  // A clock that jumped back refills nothing and takes nothing away.
  const passedMs = level ? Math.max(0, nowMs - level.atMs) : 0;
  const held = level ? Math.min(capacity, level.tokens + (passedMs * refillPerSec) / 1_000) : capacity;
  const allowed = held + ROUNDING >= cost;
  const tokens = allowed ? Math.max(0, held - cost) : held;
  const untilMs = (missing: number): number => Math.ceil((missing * 1_000) / refillPerSec - ROUNDING);
  return {
    level: { tokens, atMs: nowMs },
    taken: {
      allowed,
      remaining: Math.floor(tokens + ROUNDING),
      retryAfterMs: allowed ? 0 : untilMs(cost - tokens),
      resetAfterMs: Math.max(0, untilMs(capacity - tokens)),
    },
  };
}
