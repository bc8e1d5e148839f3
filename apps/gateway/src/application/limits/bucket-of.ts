import { type RateLimitRule } from '@agent-chat/config';
import { type Bucket } from '@agent-chat/ephemeral-store';

/** The bucket of a rule: `limit` calls at once, given back evenly over its window. */
export function bucketOf({ limit, windowMs }: RateLimitRule): Bucket {
  return { capacity: limit, refillPerSec: limit / (windowMs / 1_000) };
}
