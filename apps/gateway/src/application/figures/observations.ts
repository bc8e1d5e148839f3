import { DELIVERY_STEPS_MS, type QueryInput } from '@agent-chat/contracts';
import { Clock, type ErrorCode, newId } from '@agent-chat/kernel';
import { RepeatedFailures } from '@agent-chat/observability';
import { QueryBus } from '@agent-chat/query-bus';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

const TELL_EVERY_MS = 10_000;
const TELL_TIMEOUT_MS = 2_000;
const MINUTE_MS = 60_000;
/** While analytics is away, so much is kept for it. */
const MOST_MINUTES = 60;
const SLOWEST = String(DELIVERY_STEPS_MS[DELIVERY_STEPS_MS.length - 1]);

type Series = QueryInput<'figures.observe'>['observations'][number]['series'];

interface Count {
  readonly series: Series;
  readonly label: string;
  count: number;
  told: number;
}

/**
 * What this gateway sees that no event tells: how long deliveries take, and which errors it answers. It counts by minute and tells analytics its whole
 * count of a minute each time, so that a report which is repeated, late or lost costs nothing. What a killed process had not told yet is lost.
 */
@Injectable()
export class Observations implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly processId = newId<string>();
  private readonly minutes = new Map<number, Map<string, Count>>();
  private readonly failures: RepeatedFailures;
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> | undefined;

  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {
    this.failures = new RepeatedFailures(clock, Observations.name);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tell(), TELL_EVERY_MS).unref();
  }

  /** While analytics still answers, where it is in this process. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.tell();
  }

  /** Events that happened at this time (ISO 8601) have now reached their first connection here. Clocks that disagree make no time less than none. */
  delivered(events: number, at: string): void {
    const tookMs = this.clock.nowMs() - Date.parse(at);
    if (Number.isNaN(tookMs)) return;
    const step = DELIVERY_STEPS_MS.find((upToMs) => tookMs <= upToMs);
    this.count('delivery', step === undefined ? SLOWEST : String(step), events);
  }

  /** An error was answered to somebody. */
  refused(code: ErrorCode): void {
    this.count('error', code, 1);
  }

  /** Tells what was not told yet. Never rejects: it is told with the next. */
  async tell(): Promise<void> {
    // One at a time: two would tell the same.
    this.telling ??= this.report().finally(() => (this.telling = undefined));
    await this.telling;
  }

  private count(series: Series, label: string, more: number): void {
    const minute = Math.floor(this.clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    let counts = this.minutes.get(minute);
    if (counts === undefined) {
      counts = new Map();
      this.minutes.set(minute, counts);
      const [oldest] = this.minutes.keys();
      if (oldest !== undefined && this.minutes.size > MOST_MINUTES) this.minutes.delete(oldest);
    }
    const key = series + label;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { series, label, count: more, told: 0 });
    else known.count += more;
  }

  private async report(): Promise<void> {
    const fresh = [...this.minutes].flatMap(([minute, counts]) =>
      [...counts.values()].filter(({ count, told }) => count > told).map((entry) => ({ minute: new Date(minute).toISOString(), entry, count: entry.count })),
    );
    try {
      if (fresh.length > 0) {
        const observations = fresh.map(({ minute, entry: { series, label }, count }) => ({ minute, series, label, count }));
        await this.queries.ask('figures.observe', { processId: this.processId, observations }, { timeoutMs: TELL_TIMEOUT_MS });
      }
      for (const { entry, count } of fresh) entry.told = count;
      this.forgetOld();
    } catch (error) {
      this.failures.tell('Telling analytics what was observed', error);
    }
  }

  /** A minute that has ended can't grow any more, and all of it was told. */
  private forgetOld(): void {
    const current = Math.floor(this.clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    for (const [minute, counts] of this.minutes) {
      if (minute < current && [...counts.values()].every(({ count, told }) => count === told)) this.minutes.delete(minute);
    }
  }
}
