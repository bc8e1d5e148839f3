/** The only source of time. Production code never calls `Date.now()` itself, so that tests can steer it. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch, UTC. */
  abstract nowMs(): number;

  /** The same instant as an ISO 8601 string with milliseconds, UTC. */
  nowIso(): string {
    return new Date(this.nowMs()).toISOString();
  }
}

/** The machine's clock. */
export class SystemClock extends Clock {
  override nowMs(): number {
    return Date.now();
  }
}
