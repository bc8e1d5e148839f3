import { type CallAnswer, Latencies, type Percentiles } from '@agent-chat/load';

/** A stretch of time with one rate of posts a second. */
export interface RunPhase {
  readonly rate: number;
  readonly seconds: number;
}

/** What was due in one second, and what became of it, whenever that was. */
export interface SecondFigures {
  readonly due: number;
  readonly acked: number;
  readonly refused: number;
  /** From when they were due. */
  readonly ackP50: number;
  readonly ackP99: number;
  readonly deliveryP99: number;
}

/** What became of the posts of one phase. */
export interface PhaseFigures extends RunPhase {
  readonly acked: number;
  readonly refused: number;
  readonly ack: Percentiles;
  readonly delivery: Percentiles;
  /** How long refusals took. */
  readonly shedding: Percentiles;
}

/** Posts that were due in one stretch of time. */
class Stretch {
  readonly acks = Latencies.empty();
  readonly deliveries = Latencies.empty();
  readonly shedding = Latencies.empty();
}

/** A post's refusal has to say that it was refused for the load, and when to come again. */
const SHED_CODES = ['UNAVAILABLE', 'RATE_LIMITED'];

/** One series of posts, phase after phase; latencies count from the moment a post was due, whatever held it up. */
export class SendRun {
  /** By post, where it was acknowledged; 0 where it was not. */
  readonly ackSeqs: Int32Array;
  readonly acks = Latencies.empty();
  readonly deliveries = Latencies.empty();
  readonly refusals: Record<string, number> = {};
  readonly total: number;
  readonly seconds: number;
  startMs = 0;
  posted = 0;
  refused = 0;
  ackedInTime = 0;
  /** Refusals that weren't for the load, or named no time. */
  badRefusals = 0;
  private readonly starts: readonly { readonly atMs: number; readonly index: number; readonly rate: number }[];
  private readonly bySecond: readonly Stretch[];
  private readonly byPhase: readonly Stretch[];

  constructor(
    readonly first: number,
    readonly phases: readonly RunPhase[],
  ) {
    let index = 0;
    let atMs = 0;
    this.starts = phases.map(({ rate, seconds }) => {
      const start = { atMs, index, rate };
      index += Math.round(rate * seconds);
      atMs += seconds * 1_000;
      return start;
    });
    this.total = index;
    this.seconds = atMs / 1_000;
    this.ackSeqs = new Int32Array(index);
    this.bySecond = Array.from({ length: Math.ceil(this.seconds) }, () => new Stretch());
    this.byPhase = phases.map(() => new Stretch());
  }

  dueMs(number: number): number {
    return this.startMs + this.dueAfterMs(number - this.first);
  }

  get isComplete(): boolean {
    return this.acks.count + this.refused >= this.total;
  }

  answered(number: number, answer: CallAnswer<{ readonly seq: number }>): void {
    const index = number - this.first;
    const dueMs = this.dueAfterMs(index);
    const tookMs = performance.now() - this.startMs - dueMs;
    if (answer.ok) {
      this.acks.add(tookMs);
      this.ackSeqs[index] = answer.seq;
      if (this.posted < this.total) this.ackedInTime++;
      for (const stretch of this.stretchesOf(index, dueMs)) stretch.acks.add(tookMs);
    } else {
      const { code, retryAfterMs } = answer.error;
      this.refused++;
      this.refusals[code] = (this.refusals[code] ?? 0) + 1;
      if (!SHED_CODES.includes(code) || retryAfterMs === undefined) this.badRefusals++;
      for (const stretch of this.stretchesOf(index, dueMs)) stretch.shedding.add(tookMs);
    }
  }

  delivered(number: number): void {
    const index = number - this.first;
    const dueMs = this.dueAfterMs(index);
    const tookMs = performance.now() - this.startMs - dueMs;
    this.deliveries.add(tookMs);
    for (const stretch of this.stretchesOf(index, dueMs)) stretch.deliveries.add(tookMs);
  }

  /** None where all of it is one phase: the whole tells as much. */
  series(): SecondFigures[] {
    if (this.phases.length === 1) return [];
    return this.bySecond.map(({ acks, deliveries, shedding }, second) => ({
      due: this.starts.findLast(({ atMs }) => atMs <= second * 1_000)?.rate ?? 0,
      acked: acks.count,
      refused: shedding.count,
      ackP50: rounded(acks.at(0.5)),
      ackP99: rounded(acks.at(0.99)),
      deliveryP99: rounded(deliveries.at(0.99)),
    }));
  }

  phaseFigures(): PhaseFigures[] {
    if (this.phases.length === 1) return [];
    return this.phases.map((phase, index) => {
      const { acks, deliveries, shedding } = this.byPhase[index] ?? new Stretch();
      const spreads = { ack: acks.summary(), delivery: deliveries.summary(), shedding: shedding.summary() };
      return { ...phase, acked: acks.count, refused: shedding.count, ...spreads };
    });
  }

  private stretchesOf(index: number, dueMs: number): Stretch[] {
    if (this.phases.length === 1) return [];
    const phase = this.starts.findLastIndex((start) => start.index <= index);
    return [this.bySecond[Math.floor(dueMs / 1_000)], this.byPhase[phase]].filter((stretch) => stretch !== undefined);
  }

  private dueAfterMs(index: number): number {
    const { starts } = this;
    let at = starts.length - 1;
    while (at > 0 && (starts[at]?.index ?? 0) > index) at--;
    const start = starts[at];
    return start === undefined ? 0 : start.atMs + ((index - start.index) * 1_000) / start.rate;
  }
}

function rounded(ms: number): number {
  return Number.isFinite(ms) ? Math.round(ms) : 0;
}
