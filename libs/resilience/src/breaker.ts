import { AppError } from '@agent-chat/kernel';
import CircuitBreaker from 'opossum';
import { countCall, countState } from './breaker-metrics';
import { type BreakerOptions } from './breaker-options';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** How a breaker stands, for operators. */
export interface BreakerStatus {
  readonly name: string;
  /** Which of several equal ones, such as the address of an owner; absent where the name says it all. */
  readonly target?: string;
  readonly state: BreakerState;
  /** Calls under way. */
  readonly running: number;
  /** In the current window. */
  readonly failures: number;
  readonly successes: number;
  /** Since the start: refused because it was open, or full. */
  readonly refused: number;
}

/**
 * Stands before one kind of call to one dependency. After a few failures it refuses calls at once, so that callers don't wait and the
 * dependency can recover; after a pause a single trial decides whether it closes (M. Nygard, "Release It!").
 */
export class Breaker {
  private readonly circuit: CircuitBreaker<[() => Promise<unknown>]>;
  private state: BreakerState = 'closed';
  private running = 0;
  private refused = 0;
  private reopensAtMs = 0;

  constructor(
    readonly name: string,
    readonly target: string | undefined,
    private readonly options: BreakerOptions,
  ) {
    this.circuit = new CircuitBreaker((work: () => Promise<unknown>) => work(), {
      timeout: options.timeoutMs ?? false,
      resetTimeout: options.pauseMs,
      rollingCountTimeout: options.windowMs,
      enableSnapshots: false,
      // opossum opens by a rate over all calls; ours is a number of failures (`onFailure`).
      volumeThreshold: Number.MAX_SAFE_INTEGER,
      errorFilter: (error: unknown) => !CircuitBreaker.isOurError(error as Error) && !options.isFailure(error),
    });
    this.circuit.on('failure', () => {
      this.onFailure();
    });
    this.circuit.on('open', () => {
      this.reopensAtMs = performance.now() + options.pauseMs;
      this.enter('open');
    });
    this.circuit.on('halfOpen', () => {
      this.enter('half-open');
    });
    this.circuit.on('close', () => {
      this.enter('closed');
    });
    countState(name, undefined, this.state);
  }

  /** What the work resolves or rejects with; UNAVAILABLE, without calling it, while the breaker is open or full; TIMEOUT after `timeoutMs`. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= this.options.capacity) {
      this.refuse('full');
      throw new AppError('UNAVAILABLE', { detail: `Too many calls of ${this.name} are under way`, retryAfterMs: 1_000 });
    }
    this.running += 1;
    try {
      const result = await this.circuit.fire(work);
      countCall(this.name, 'ok');
      return result as Result;
    } catch (error) {
      throw this.translate(error);
    } finally {
      this.running -= 1;
    }
  }

  get isIdle(): boolean {
    return this.running === 0 && this.state === 'closed';
  }

  status(): BreakerStatus {
    const { name, target, state, running, refused } = this;
    const { failures, successes } = this.circuit.stats;
    return { name, ...(target === undefined ? {} : { target }), state, running, failures, successes, refused };
  }

  /** Stops its timers; call it no more. */
  close(): void {
    this.circuit.shutdown();
    countState(this.name, this.state, undefined);
  }

  private onFailure(): void {
    const { failures, successes } = this.circuit.stats;
    if (failures >= this.options.failures && failures > successes) this.circuit.open();
  }

  private enter(state: BreakerState): void {
    countState(this.name, this.state, state);
    this.state = state;
  }

  private translate(error: unknown): unknown {
    const code = CircuitBreaker.isOurError(error as Error) ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'ETIMEDOUT') {
      countCall(this.name, 'failed');
      return new AppError('TIMEOUT', { detail: `${this.name} did not answer in time`, cause: error });
    }
    if (code !== undefined) {
      this.refuse('open');
      const retryAfterMs = Math.max(0, Math.round(this.reopensAtMs - performance.now()));
      return new AppError('UNAVAILABLE', { detail: `${this.name} failed too often and is given a pause`, retryAfterMs });
    }
    countCall(this.name, this.options.isFailure(error) ? 'failed' : 'ok');
    return error;
  }

  private refuse(outcome: 'open' | 'full'): void {
    this.refused += 1;
    countCall(this.name, outcome);
  }
}
