import { type Bucket, type BucketLevel, type TakenTokens, takeFrom } from '@agent-chat/ephemeral-store';
import { type Clock } from '@agent-chat/kernel';

const MAX_BUCKETS = 50_000;

/** Token buckets of this process alone, for as long as the shared ones can't be reached. Forgets the oldest beyond 50,000. */
export class LocalBuckets {
  private readonly levels = new Map<string, BucketLevel>();

  constructor(private readonly clock: Clock) {}

  take(key: string, bucket: Bucket, cost: number): TakenTokens {
    const { level, taken } = takeFrom(this.levels.get(key), bucket, cost, this.clock.nowMs());
    this.levels.delete(key);
    this.levels.set(key, level);
    if (this.levels.size > MAX_BUCKETS) this.forgetOldest();
    return taken;
  }

  private forgetOldest(): void {
    const [oldest] = this.levels.keys();
    if (oldest !== undefined) this.levels.delete(oldest);
  }
}
