const LOOK_EVERY_MS = 20;

/** How far the event loop is behind: what it has just read may have waited for so long, and no other clock of this process knows of it. */
export class EventLoopLag {
  private lookedMs = performance.now();
  private lastMs = 0;
  private readonly timer = setInterval(() => {
    const nowMs = performance.now();
    this.lastMs = Math.max(0, nowMs - this.lookedMs - LOOK_EVERY_MS);
    this.lookedMs = nowMs;
  }, LOOK_EVERY_MS).unref();

  /** Milliseconds by which this turn is behind so far: what is read in it came so long ago at most. */
  turnMs(nowMs: number): number {
    return Math.max(0, nowMs - this.lookedMs - LOOK_EVERY_MS);
  }

  /** The same of this turn or the one before, whichever took longer. */
  ms(nowMs: number): number {
    return Math.max(this.lastMs, this.turnMs(nowMs));
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
