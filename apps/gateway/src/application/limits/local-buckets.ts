import { type Bucket, type TakenTokens } from '@agent-chat/ephemeral-store';
import { type Clock } from '@agent-chat/kernel';

const MAX_BUCKETS = 50_000;

interface Level {
  readonly tokens: number;
  readonly atMs: number;
}

/** Token buckets of this process alone, for as long as the shared ones can't be reached. Forgets the oldest beyond 50,000. */
export class LocalBuckets {
  private readonly levels = new Map<string, Level>();

  constructor(private readonly clock: Clock) {}

  take(key: string, { capacity, refillPerSec }: Bucket, cost: number): TakenTokens {
    const nowMs = this.clock.nowMs();
    const level = this.levels.get(key) ?? { tokens: capacity, atMs: nowMs };
    // A clock that was set back gives nothing and takes nothing.
    const elapsedMs = Math.max(0, nowMs - level.atMs);
    const filled = Math.min(capacity, level.tokens + (elapsedMs * refillPerSec) / 1_000);
    const allowed = filled >= cost;
    const tokens = allowed ? filled - cost : filled;
    this.levels.delete(key);
    this.levels.set(key, { tokens, atMs: nowMs });
    if (this.levels.size > MAX_BUCKETS) this.forgetOldest();
    const msFor = (missing: number): number => Math.ceil((missing / refillPerSec) * 1_000);
    return { allowed, remaining: Math.floor(tokens), retryAfterMs: allowed ? 0 : msFor(cost - filled), resetAfterMs: msFor(capacity - tokens) };
  }

  private forgetOldest(): void {
    const [oldest] = this.levels.keys();
    if (oldest !== undefined) this.levels.delete(oldest);
  }
}
