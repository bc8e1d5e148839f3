/** What a limit is made of. */
export interface AdaptiveLimitPlan {
  /** The time to an answer that is wanted; milliseconds. */
  readonly targetMs: number;
  /** How long answers are counted before they are judged. */
  readonly windowMs: number;
  /** Never less, however late answers are: from none at all nothing could be learnt. */
  readonly least: number;
  /** From here on there is no limit. */
  readonly most: number;
}

/** Answers are late, as a whole, where more than this share of them took longer than wanted: a few slow ones don't speak for the others. */
const LATE_SHARE = 0.6;
/** What still falls by more than this from window to window is what a pause has left behind, and goes by itself. */
const STAYING = 0.9;
/** What remains of a limit after a window that was late. */
const DECREASE = 0.8;
/** By how much a limit grows in a window that was in time: slowly while calls are still refused, else quickly. */
const SLOW_GROWTH = 1.03;
const QUICK_GROWTH = 1.1;
/** Without an answer for so long, what was learnt is forgotten. */
const FORGET_MS = 2_000;

/** How many calls may be under way so that they are answered in time: no limit until answers are late and stay so, then as many as were answered in the target time (Little's law). */
export class AdaptiveLimit {
  open = 0;
  limit = Infinity;
  private answers = 0;
  private late = 0;
  private waitedMs = 0;
  private refused = 0;
  /** Of the window before, if it was late. */
  private lateMeanMs = Infinity;
  private windowFromMs = 0;

  constructor(private readonly plan: AdaptiveLimitPlan) {}

  get isSet(): boolean {
    return this.limit !== Infinity;
  }

  /** How many more may come now. */
  left(nowMs: number): number {
    if (this.isSet && nowMs - this.windowFromMs > FORGET_MS) this.limit = Infinity;
    return this.limit - this.open;
  }

  refuse(): void {
    this.refused += 1;
  }

  answered(waitedMs: number, nowMs: number): void {
    if (nowMs - this.windowFromMs > FORGET_MS) this.begin(nowMs);
    this.answers += 1;
    this.waitedMs += waitedMs;
    if (waitedMs > this.plan.targetMs) this.late += 1;
    const windowMs = nowMs - this.windowFromMs;
    if (windowMs < this.plan.windowMs) return;
    this.judge(windowMs);
    this.begin(nowMs);
  }

  private judge(windowMs: number): void {
    const { targetMs, least, most } = this.plan;
    if (this.late > this.answers * LATE_SHARE) {
      const meanMs = this.waitedMs / this.answers;
      if (meanMs >= this.lateMeanMs * STAYING) this.limit = Math.max(least, Math.min(this.limit * DECREASE, (this.answers * targetMs) / windowMs));
      this.lateMeanMs = meanMs;
      return;
    }
    this.lateMeanMs = Infinity;
    if (this.isSet) {
      const limit = this.limit * (this.refused > 0 ? SLOW_GROWTH : QUICK_GROWTH);
      this.limit = limit < most ? limit : Infinity;
    }
  }

  private begin(nowMs: number): void {
    this.windowFromMs = nowMs;
    this.answers = 0;
    this.waitedMs = 0;
    this.late = 0;
    this.refused = 0;
  }
}
