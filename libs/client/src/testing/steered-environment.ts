import { type Environment } from '../clock';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Lets everything that needs no timer happen. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Answers take turns of the event loop: so many are enough for any chain of them between two timers. */
async function settleChains(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await settle();
}

/** Time that moves only when told to, and randomness that is always the same. */
export class SteeredEnvironment implements Environment {
  private now = Date.parse('2026-03-01T12:00:00.000Z');
  private readonly timers = new Set<Timer>();
  private keys = 0;
  randomness = 0.5;

  constructor(private readonly keyPrefix = 'key') {}

  readonly nowMs = (): number => this.now;

  readonly random = (): number => this.randomness;

  readonly newKey = (): string => `${this.keyPrefix}-${++this.keys}`;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.now + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  /** When the timers are due, from now on, in order. */
  get pendingMs(): number[] {
    return [...this.timers].map((timer) => timer.atMs - this.now).sort((one, other) => one - other);
  }

  /** Lets so much time pass, each timer at its moment. */
  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    await settleChains();
    for (let timer = this.first(end); timer !== undefined; timer = this.first(end)) {
      this.now = Math.max(this.now, timer.atMs);
      this.timers.delete(timer);
      timer.run();
      await settleChains();
    }
    this.now = end;
  }

  private first(endMs: number): Timer | undefined {
    return [...this.timers].filter((timer) => timer.atMs <= endMs).sort((one, other) => one.atMs - other.atMs)[0];
  }
}
