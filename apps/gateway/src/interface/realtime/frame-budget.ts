import { type RateLimitRule } from '@agent-chat/config';
import { type Clock } from '@agent-chat/kernel';

/** How many frames one connection may still send: `limit` at once, given back evenly over `windowMs`. */
export class FrameBudget {
  private left: number;
  private refilledAtMs: number;

  constructor(
    private readonly rule: RateLimitRule,
    private readonly clock: Clock,
  ) {
    this.left = rule.limit;
    this.refilledAtMs = clock.nowMs();
  }

  /** Takes one; answers 0, or after how many milliseconds there is one again. */
  take(): number {
    const { limit, windowMs } = this.rule;
    const [now, perMs] = [this.clock.nowMs(), limit / windowMs];
    this.left = Math.min(limit, this.left + Math.max(0, now - this.refilledAtMs) * perMs);
    this.refilledAtMs = now;
    if (this.left < 1) return Math.ceil((1 - this.left) / perMs);
    this.left--;
    return 0;
  }
}
