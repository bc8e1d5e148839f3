import { Clock } from '@agent-chat/kernel';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  private currentMs: number;

  /** Starts at 2026-01-01T00:00:00.000Z unless told. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    super();
    this.currentMs = startMs;
  }

  override nowMs(): number {
    return this.currentMs;
  }

  /** Moves to an instant, which may lie in the past: a machine's clock jumps too. */
  set(nowMs: number): void {
    this.currentMs = nowMs;
  }

  advance(byMs: number): void {
    this.currentMs += byMs;
  }
}
