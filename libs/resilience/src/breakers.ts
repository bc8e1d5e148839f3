import { Breaker, type BreakerStatus } from './breaker';
import { type BreakerOptions, DEFAULT_BREAKER_OPTIONS } from './breaker-options';

/** Targets come and go with the processes behind them; what is over this is forgotten where it is idle. */
const MOST_BREAKERS = 1_000;

/** Every breaker of this process, by name: `<service>/<operation>`, such as `chat/room.history`. */
export class Breakers {
  private readonly known = new Map<string, Breaker>();

  /** The breaker of that name, and target where each has its own; the options count where it is new. */
  of(name: string, options: Partial<BreakerOptions> = {}, target?: string): Breaker {
    const key = target === undefined ? name : `${name}@${target}`;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    if (this.known.size >= MOST_BREAKERS) this.forgetIdle();
    const breaker = new Breaker(name, target, { ...DEFAULT_BREAKER_OPTIONS, ...options });
    this.known.set(key, breaker);
    return breaker;
  }

  statuses(): BreakerStatus[] {
    return [...this.known.values()].map((breaker) => breaker.status());
  }

  /** Stops every timer. Safe to call twice. */
  close(): void {
    for (const breaker of this.known.values()) breaker.close();
    this.known.clear();
  }

  private forgetIdle(): void {
    for (const [key, breaker] of this.known) {
      if (breaker.target === undefined || !breaker.isIdle) continue;
      breaker.close();
      this.known.delete(key);
    }
  }
}
