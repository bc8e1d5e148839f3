import { type RateLimitRule } from '@agent-chat/config';
import { type Bucket, type BucketLevel, takeFrom } from '@agent-chat/ephemeral-store';
import { type Clock } from '@agent-chat/kernel';
import { bucketOf } from '../../application/limits/bucket-of';

/** How many frames each connection may send. A connection has its own level, undefined at first, and no frame waits for a store. */
export class FrameBudget {
  private readonly bucket: Bucket;

  constructor(
    rule: RateLimitRule,
    private readonly clock: Clock,
  ) {
    this.bucket = bucketOf(rule);
  }

  /** Takes one from a level: the level that remains, and 0, or after how many milliseconds there is one again. */
  take(from: BucketLevel | undefined): { readonly level: BucketLevel; readonly retryAfterMs: number } {
    const { level, taken } = takeFrom(from, this.bucket, 1, this.clock.nowMs());
    return { level, retryAfterMs: taken.retryAfterMs };
  }
}
