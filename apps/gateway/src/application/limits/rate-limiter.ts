import { AppConfig, type RateLimitName } from '@agent-chat/config';
import { type Bucket, EphemeralStore, type TakenTokens } from '@agent-chat/ephemeral-store';
import { Clock } from '@agent-chat/kernel';
import { declareCounter } from '@agent-chat/observability';
import { Injectable, Logger } from '@nestjs/common';
import { bucketOf } from './bucket-of';
import { LocalBuckets } from './local-buckets';

/** How a limit stands after a call. */
export interface RateVerdict extends TakenTokens {
  readonly limit: number;
}

const refused = declareCounter({ name: 'agent_chat_rate_limited_total', help: 'Calls refused because their caller made too many', labels: ['limit'] });
const local = declareCounter({ name: 'agent_chat_rate_limits_local_total', help: 'Calls counted by this process alone, since the shared counters were away' });

/** How often one subject (a user or an address) may do something, over all gateways and transports. */
@Injectable()
export class RateLimiter {
  private readonly logger = new Logger(RateLimiter.name);
  private readonly buckets: LocalBuckets;
  private isStoreAway = false;

  constructor(
    private readonly config: AppConfig,
    private readonly store: EphemeralStore,
    clock: Clock,
  ) {
    this.buckets = new LocalBuckets(clock);
  }

  /** Counts a call, at most as all that is allowed at once, or it could never be made; undefined where nothing limits it. Never rejects: without the shared store this process counts alone. */
  async take(name: RateLimitName, subject: string, cost = 1): Promise<RateVerdict | undefined> {
    const { rateLimits } = this.config;
    const rule = rateLimits === 'off' ? 'off' : rateLimits[name];
    if (rule === 'off') return undefined;
    const taken = await this.takeTokens(`limit:${name}:${subject}`, bucketOf(rule), Math.min(cost, rule.limit));
    if (!taken.allowed) refused.inc({ limit: name });
    return { ...taken, limit: rule.limit };
  }

  private async takeTokens(key: string, bucket: Bucket, cost: number): Promise<TakenTokens> {
    try {
      const taken = await this.store.takeTokens(key, bucket, cost);
      this.isStoreAway = false;
      return taken;
    } catch (error) {
      if (!this.isStoreAway) this.logger.warn({ err: error }, 'Rate limits are counted by this process alone');
      this.isStoreAway = true;
      local.inc();
      return this.buckets.take(key, bucket, cost);
    }
  }
}
