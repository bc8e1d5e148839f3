import { type RateLimitName } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { RateLimiter } from '../limits/rate-limiter';

/** How often one subject may do something, for callers that answer with errors. */
@Injectable()
export class CallLimits {
  constructor(private readonly limiter: RateLimiter) {}

  /** Counts one call. Throws RATE_LIMITED. */
  async take(name: RateLimitName, subject: string): Promise<void> {
    const verdict = await this.limiter.take(name, subject);
    if (verdict?.allowed === false) throw new AppError('RATE_LIMITED', { retryAfterMs: verdict.retryAfterMs });
  }
}
