import { AppConfig, type RateLimitName } from '@agent-chat/config';
import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { AppError } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';

/** How often one subject may do something, over all gateways. */
@Injectable()
export class CallLimits {
  private readonly logger = new Logger(CallLimits.name);

  constructor(
    private readonly store: EphemeralStore,
    private readonly config: AppConfig,
  ) {}

  /** Counts one call. Throws RATE_LIMITED; a store that is away limits nobody. */
  async take(name: RateLimitName, subject: string): Promise<void> {
    const { rateLimits } = this.config;
    const rule = rateLimits === 'off' ? 'off' : rateLimits[name];
    if (rule === 'off') return;
    const bucket = { capacity: rule.limit, refillPerSec: rule.limit / (rule.windowMs / 1_000) };
    const taken = await this.store.takeTokens(`limit:${name}:${subject}`, bucket, 1).catch((error: unknown) => {
      this.logger.debug(`Rate limits are away: ${String(error)}`);
      return undefined;
    });
    if (taken?.allowed === false) throw new AppError('RATE_LIMITED', { retryAfterMs: taken.retryAfterMs });
  }
}
