import { type Verdict } from '../load/send-load';

/** What a scenario found: figures, and every limit that was not kept. */
export interface Judgement {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly rows: readonly object[];
  readonly broken: readonly string[];
}

/** Gathers what was not as it should be. */
export class Limits {
  readonly broken: string[] = [];

  atMost(what: string, value: number, limit: number, unit = ''): void {
    // What there is none of is below no limit.
    if (!(value <= limit)) this.broken.push(`${what} is ${String(value)}${unit}, and the limit is ${String(limit)}${unit}`);
  }

  atLeast(what: string, value: number, limit: number): void {
    if (!(value >= limit)) this.broken.push(`${what} is ${String(value)}, and it has to be ${String(limit)} at least`);
  }

  /** Nothing acknowledged is lost, doubled or reordered, and whoever says so would have noticed. */
  kept(who: string, { lost, duplicated, reordered, controlPassed }: Verdict): void {
    for (const [what, count] of Object.entries({ lost, duplicated, reordered })) this.atMost(`${who}: ${what}`, count, 0);
    if (!controlPassed) this.broken.push(`${who}: the verifier did not find the faults that were put into a copy of its evidence`);
  }

  /** As the image's chart gives it to each process; the standalone has that of a gateway. */
  memory(most: Readonly<Record<string, number>>): void {
    for (const [part, megabytes] of Object.entries(most)) {
      const limit = MEMORY_LIMITS_MB[part];
      if (limit !== undefined) this.atMost(`memory of ${part}`, megabytes, limit, ' MB');
    }
  }
}

const MEMORY_LIMITS_MB: Readonly<Record<string, number>> = { server: 1_024, gateway: 1_024, chat: 768, presence: 384, analytics: 384 };
