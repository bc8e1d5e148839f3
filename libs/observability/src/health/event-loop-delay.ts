import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const WINDOW_MS = 15_000;
const NANOSECONDS_PER_MS = 1e6;

/** How long this process was away from its event loop lately. */
@Injectable()
export class EventLoopDelay implements OnModuleDestroy {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private readonly timer: NodeJS.Timeout;
  private lastWindowP99Ms = 0;

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => {
      this.lastWindowP99Ms = this.currentP99Ms();
      this.histogram.reset();
    }, WINDOW_MS).unref();
  }

  /** The 99th percentile over the last 15 to 30 seconds, in milliseconds. */
  p99Ms(): number {
    return Math.max(this.lastWindowP99Ms, this.currentP99Ms());
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private currentP99Ms(): number {
    const delayMs = this.histogram.percentile(99) / NANOSECONDS_PER_MS;
    // An empty histogram has no percentiles.
    return Number.isFinite(delayMs) ? delayMs : 0;
  }
}
