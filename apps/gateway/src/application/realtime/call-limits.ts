import { type RateLimitName } from '@agent-chat/config';
import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { RateLimiter } from '../limits/rate-limiter';

/** How often one subject may do something, for callers that answer with errors. */
@Injectable()
export class CallLimits {
  constructor(private readonly limiter: RateLimiter) {}

  /** Counts a call, as one or by what it costs. Throws RATE_LIMITED. */
  async take(name: RateLimitName, subject: string, cost = 1): Promise<void> {
    const verdict = await this.limiter.take(name, subject, cost);
    if (verdict?.allowed === false) throw new AppError('RATE_LIMITED', { retryAfterMs: verdict.retryAfterMs });
  }
}
