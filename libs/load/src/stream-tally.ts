/** One event as the tally needs it: its place, and a number that tells its content. */
export interface Place {
  readonly seq: number;
  readonly content: number;
}

/** What one reader saw of one room, in constant space: holes, repeats, steps back, and a digest of all contents in order. */
export class StreamTally {
  lost = 0;
  duplicated = 0;
  reordered = 0;
  digest = 0;
  /** The highest seq seen. */
  last: number;

  /** `from`: the seq behind which the reader began. */
  constructor(readonly from: number) {
    this.last = from;
  }

  see({ seq, content }: Place): void {
    if (seq === this.last) this.duplicated++;
    else if (seq < this.last) this.reordered++;
    else this.lost += seq - this.last - 1;
    this.last = Math.max(this.last, seq);
    this.digest = (Math.imul(this.digest, 31) + content + 1) | 0;
  }

  reaches({ last }: StreamTally): boolean {
    return this.last >= last;
  }

  /** Compares with what is stored after `from`, oldest first. */
  finish(stored: StreamTally): Violations {
    const { lost, duplicated, reordered } = this;
    const clean = lost + duplicated + reordered === 0;
    const missing = Math.max(0, stored.last - this.last);
    const differs = clean && missing === 0 && this.digest !== stored.digest ? 1 : 0;
    return { lost: lost + missing, duplicated, reordered: reordered + differs };
  }
}

/** Numbers of events that were not as they should be. */
export interface Violations {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

export const NO_VIOLATIONS: Violations = { lost: 0, duplicated: 0, reordered: 0 };

/** The digest of a whole stream, as its reader should have seen it. */
export function tallyOf(from: number, places: readonly Place[]): StreamTally {
  const tally = new StreamTally(from);
  for (const place of places) if (place.seq > from) tally.see(place);
  return tally;
}

export function sum(all: readonly Violations[]): Violations {
  return all.reduce(
    (total, one) => ({ lost: total.lost + one.lost, duplicated: total.duplicated + one.duplicated, reordered: total.reordered + one.reordered }),
    NO_VIOLATIONS,
  );
}

/** The tally's own test on what a reader really saw: a loss, a duplicate, a swap and other content, each put into it, must be reported. */
export function negativeControl(from: number, seen: readonly Place[], stored: StreamTally): boolean {
  const [first, second, third] = seen;
  if (first === undefined || second === undefined || third === undefined) throw new Error('A control needs a reader that saw at least three events');
  const judge = (start: readonly Place[]): Violations => {
    const tally = new StreamTally(from);
    for (const place of [...start, ...seen.slice(3)]) tally.see(place);
    return tally.finish(stored);
  };
  return (
    judge([first, third]).lost === 1 &&
    judge([first, second, second, third]).duplicated === 1 &&
    judge([first, third, second]).reordered === 1 &&
    judge([first, { ...second, content: second.content + 1 }, third]).reordered === 1 &&
    sum([judge([first, second, third])]).lost === 0
  );
}
