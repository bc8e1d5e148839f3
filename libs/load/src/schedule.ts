/** A stretch of time in which the rate goes evenly from one multiple of the base rate to another. */
export interface RatePhase {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

/** When things are due, whatever becomes of those before: an open loop. Times are milliseconds since the start. */
export class Schedule {
  private readonly pieces: readonly { readonly startMs: number; readonly before: number; readonly count: number; readonly phase: RatePhase }[];
  readonly endMs: number;
  /** How many are due in all; not a whole number. */
  readonly total: number;

  /** `perSecond`: the base rate. */
  constructor(
    phases: readonly RatePhase[],
    private readonly perSecond: number,
  ) {
    let startMs = 0;
    let before = 0;
    this.pieces = phases.map((phase) => {
      const count = (perSecond * phase.seconds * (phase.from + phase.to)) / 2;
      const piece = { startMs, before, count, phase };
      startMs += phase.seconds * 1_000;
      before += count;
      return piece;
    });
    this.endMs = startMs;
    this.total = before;
  }

  /** When the `count`th is due, fractions allowed; `Infinity` after the last. */
  dueMs(count: number): number {
    const piece = this.pieces.find(({ before, count: own }) => own > 0 && count < before + own);
    if (piece === undefined) return Number.POSITIVE_INFINITY;
    const { from, to, seconds } = piece.phase;
    // count = from * t + (to - from) / (2 * seconds) * t^2, solved for t in the form that does not subtract near equals.
    const need = Math.max(0, count - piece.before) / this.perSecond;
    const bend = (to - from) / seconds;
    return piece.startMs + (need === 0 ? 0 : (2_000 * need) / (from + Math.sqrt(Math.max(0, from * from + 2 * bend * need))));
  }
}

/** Evenly spaced, or at random as many independent people are: the gaps of a Poisson process. */
export type ArrivalKind = 'even' | 'poisson';

/** The times of one schedule, one after the other. */
export class Arrivals {
  /** When the next is due; `Infinity` after the last. */
  nextMs: number;
  private count: number;

  constructor(
    private readonly schedule: Schedule,
    private readonly kind: ArrivalKind,
    private readonly random: () => number,
  ) {
    // Several processes share a rate: they must not all begin with the same tick.
    this.count = kind === 'even' ? random() : this.gap();
    this.nextMs = schedule.dueMs(this.count);
  }

  /** The time that was next. */
  take(): number {
    const taken = this.nextMs;
    this.count += this.gap();
    this.nextMs = this.schedule.dueMs(this.count);
    return taken;
  }

  private gap(): number {
    return this.kind === 'even' ? 1 : -Math.log(1 - this.random());
  }
}
