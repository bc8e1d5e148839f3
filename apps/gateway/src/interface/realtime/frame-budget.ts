import { type RateLimitRule } from '@agent-chat/config';
import { type Bucket, type BucketLevel, takeFrom } from '@agent-chat/ephemeral-store';
import { type Clock } from '@agent-chat/kernel';
import { bucketOf } from '../../application/limits/bucket-of';

/** How many frames one connection may still send. Its own bucket: no frame waits for a store. */
export class FrameBudget {
  private readonly bucket: Bucket;
  private level: BucketLevel | undefined;

  constructor(
    rule: RateLimitRule,
    private readonly clock: Clock,
  ) {
    this.bucket = bucketOf(rule);
  }

  /** Takes one; answers 0, or after how many milliseconds there is one again. */
  take(): number {
    const { level, taken } = takeFrom(this.level, this.bucket, 1, this.clock.nowMs());
    this.level = level;
    return taken.retryAfterMs;
  }
}
