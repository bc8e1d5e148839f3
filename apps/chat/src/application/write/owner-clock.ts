import { type Clock } from '@agent-chat/kernel';

/** How far `last_at` may lie ahead of the database's clock before it is taken for a mistake (P17). */
const MAX_AHEAD_MS = 5_000;

/** This process's clock, corrected by the database's (P17). */
export class OwnerClock {
  private offsetMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onAhead: (aheadMs: number) => void,
  ) {}

  /** Learns the database's clock. */
  correct(databaseNowMs: number): void {
    this.offsetMs = databaseNowMs - this.clock.nowMs();
  }

  nowMs(): number {
    return this.clock.nowMs() + this.offsetMs;
  }

  /** The time for the next events of a partition: never below its last, unless that one lies too far ahead. */
  next(lastAtMs: number): number {
    const nowMs = this.nowMs();
    if (lastAtMs <= nowMs) return nowMs;
    if (lastAtMs - nowMs <= MAX_AHEAD_MS) return lastAtMs;
    this.onAhead(lastAtMs - nowMs);
    return nowMs;
  }
}
