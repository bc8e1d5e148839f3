/** How far `last_at` may lie ahead of the database's clock before it is taken for a mistake (P17). */
const MAX_AHEAD_MS = 5_000;

/** The database's clock as this process goes on counting it (P17). The machine's own clock plays no part: it may jump. */
export class OwnerClock {
  private offsetMs = 0;

  constructor(
    /** Milliseconds since any fixed instant; never goes back, never jumps. */
    private readonly elapsedMs: () => number,
    private readonly onAhead: (aheadMs: number) => void,
  ) {}

  /** Learns the database's clock. */
  correct(databaseNowMs: number): void {
    this.offsetMs = databaseNowMs - this.elapsedMs();
  }

  nowMs(): number {
    return Math.floor(this.elapsedMs() + this.offsetMs);
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
