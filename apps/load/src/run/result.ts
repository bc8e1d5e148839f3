import { Latencies, sum, type Violations } from '@agent-chat/load';
import { type Act, ACTS, type Limits, type Phase, type Scenario } from '../scenario/scenario';
import { type Figures, type PartVerdict, type Second } from './second';

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  /** `[share, ms]` for a plot. */
  readonly curve: readonly (readonly [number, number])[];
  /** The histogram itself, microseconds, in HdrHistogram's own format (V2, compressed, base64): those of several runs can be added up. */
  readonly hdr: string;
}

export interface ActResult {
  readonly offered: number;
  readonly done: number;
  /** From when it was due, whatever held it up; what was never done counts with the time that it had waited. */
  readonly due: Spread;
  /** From when it was sent. */
  readonly service: Spread;
  readonly errors: Readonly<Record<string, number>>;
}

/** One second of the run, all processes together. */
export interface Point extends Omit<Second, 'ack' | 'delivery'> {
  readonly ackP50: number | null;
  readonly ackP99: number | null;
  readonly deliveryP50: number | null;
  readonly deliveryP99: number | null;
}

export interface LimitResult {
  readonly name: string;
  readonly limit: number;
  readonly value: number | null;
  readonly held: boolean;
}

export interface Verdict extends Violations {
  readonly ok: boolean;
  /** What is wrong, a sentence each. */
  readonly reasons: readonly string[];
  readonly checkedAcks: number;
  readonly checkedDeliveries: number;
  readonly checkedRooms: number;
  readonly control: PartVerdict['control'];
  readonly limits: readonly LimitResult[];
}

export interface Settings {
  readonly runId: string;
  readonly scenario: string;
  readonly description: string;
  readonly urls: readonly string[];
  readonly startedAt: string;
  readonly people: number;
  readonly rooms: number;
  readonly memberships: number;
  readonly connections: number;
  readonly workers: number;
  readonly seed: number;
  readonly seconds: number;
  readonly wasStopped: boolean;
  readonly injected?: string | undefined;
  readonly plan: Scenario;
}

/** The connections that were open before the phases began, and how long that took. */
export interface Opening {
  readonly connections: number;
  readonly seconds: number;
}

/** All that a run has to say; what `--json` writes. */
export interface Result {
  readonly settings: Settings;
  readonly verdict: Verdict;
  readonly opening: Opening;
  readonly acts: Readonly<Record<Act, ActResult>>;
  readonly delivery: Spread;
  readonly ackToDelivery: Spread;
  readonly deliveries: number;
  readonly reconnects: number;
  readonly resyncs: number;
  readonly repeated: number;
  readonly unfinished: number;
  readonly connectionErrors: Readonly<Record<string, number>>;
  readonly series: readonly Point[];
}

/** What the processes brought, put together; `missing`: processes that ended too early to say. */
export interface Parts {
  readonly opening: Opening;
  readonly figures: readonly Figures[];
  readonly verdicts: readonly PartVerdict[];
  readonly series: readonly Point[];
  readonly missing: readonly string[];
}

/** Refusals that say when to come again. */
const SHED_CODES = ['UNAVAILABLE', 'RATE_LIMITED'];
/** An acknowledgement within so long is normal, however fast they were before. */
const NORMAL_ACK_MS = 250;

export function resultOf(settings: Settings, { opening, figures, verdicts, series, missing }: Parts): Result {
  const count = (pick: (one: Figures) => number): number => figures.reduce((total, one) => total + pick(one), 0);
  const errors = addUp(figures.map((one) => one.errors));
  const acts = Object.fromEntries(
    ACTS.map((act): [Act, ActResult] => [
      act,
      {
        offered: count((one) => one.acts[act].offered),
        done: count((one) => one.acts[act].done),
        due: spreadOf(merged(figures.map((one) => one.acts[act].due))),
        service: spreadOf(merged(figures.map((one) => one.acts[act].service))),
        errors: errorsOf(act, errors),
      },
    ]),
  ) as Record<Act, ActResult>;
  const rest = {
    delivery: spreadOf(merged(figures.map((one) => one.delivery))),
    ackToDelivery: spreadOf(merged(figures.map((one) => one.ackToDelivery))),
    deliveries: count((one) => one.deliveries),
    reconnects: count((one) => one.reconnects),
    resyncs: count((one) => one.resyncs),
    repeated: count((one) => one.repeated),
    unfinished: count((one) => one.unfinished),
    connectionErrors: errorsOf('connect', errors),
  };
  const limits = limitsOf(settings.plan, { acts, delivery: rest.delivery, series });
  return { settings, verdict: verdictOf(verdicts, limits, missing), opening, acts, ...rest, series };
}

export function verdictOf(parts: readonly PartVerdict[], limits: readonly LimitResult[], missing: readonly string[]): Verdict {
  const { lost, duplicated, reordered } = sum(parts);
  const count = (pick: (one: PartVerdict) => number): number => parts.reduce((total, one) => total + pick(one), 0);
  const controls = parts.map(({ control }) => control);
  const control = controls.includes('failed') ? 'failed' : controls.includes('passed') ? 'passed' : 'none';
  const reasons = [
    ...(lost > 0 ? [`${String(lost)} lost`] : []),
    ...(duplicated > 0 ? [`${String(duplicated)} delivered or stored twice`] : []),
    ...(reordered > 0 ? [`${String(reordered)} out of order`] : []),
    ...(control === 'failed' ? ['the verifier did not find the faults that were put into a copy of its evidence'] : []),
    ...limits
      .filter(({ held }) => !held)
      .map(({ name, limit, value }) => `${name} is ${value === null ? 'unknown' : String(value)}, and the limit is ${String(limit)}`),
    ...parts.flatMap(({ unreadRooms, unread }) => (unread === undefined ? [] : [`${String(unreadRooms)} rooms could not be verified, such as ${unread}`])),
    ...missing,
  ];
  const checked = { checkedAcks: count((one) => one.checkedAcks), checkedDeliveries: count((one) => one.checkedDeliveries) };
  return { ok: reasons.length === 0, reasons, lost, duplicated, reordered, ...checked, checkedRooms: count((one) => one.checkedRooms), control, limits };
}

export function limitsOf(
  { limits, phases }: Pick<Scenario, 'limits' | 'phases'>,
  { acts, delivery, series }: Pick<Result, 'acts' | 'delivery' | 'series'>,
): LimitResult[] {
  const offered = ACTS.reduce((total, act) => total + acts[act].offered, 0);
  const share = (part: number): number | null => (offered === 0 ? null : Math.round((part / offered) * 1e5) / 1e5);
  const failedBy = (isMeant: (code: string) => boolean): number =>
    ACTS.reduce((total, act) => total + Object.entries(acts[act].errors).reduce((count, [code, one]) => count + (isMeant(code) ? one : 0), 0), 0);
  const values: Readonly<Record<keyof Limits, number | null>> = {
    ackP50Ms: acts.post.due.p50,
    ackP99Ms: acts.post.due.p99,
    deliveryP50Ms: delivery.p50,
    deliveryP99Ms: delivery.p99,
    historyP95Ms: acts.history.due.p90 === null ? null : valueAt(acts.history.due, 0.95),
    reconnectP99Ms: acts.reconnect.due.p99,
    errorShare: share(failedBy(() => true)),
    otherErrorShare: share(failedBy((code) => !SHED_CODES.includes(code))),
    recoverySeconds: recoverySeconds(phases, series),
    achievedShare: share(ACTS.reduce((total, act) => total + Math.min(acts[act].done, acts[act].offered), 0)),
  };
  return Object.entries(limits).flatMap(([name, limit]) => {
    const value = values[name as keyof Limits];
    const held = value !== null && (name === 'achievedShare' ? value >= limit : value <= limit);
    return [{ name, limit, value, held }];
  });
}

/** Seconds, or `null` where there was no spike. */
export function recoverySeconds(phases: readonly Phase[], series: readonly Point[]): number | null {
  const ends = phases.map((_, index) => phases.slice(0, index + 1).reduce((total, { seconds }) => total + seconds, 0));
  const first = phases.findIndex(({ kind }) => kind === 'spike');
  if (first < 0) return null;
  const [from, to] = [ends[first - 1] ?? 0, ends[phases.findLastIndex(({ kind }) => kind === 'spike')] ?? 0];
  const before = series.filter(({ second }) => second < from).map(({ ackP99 }) => ackP99 ?? 0);
  const normalMs = Math.max(NORMAL_ACK_MS, ...before);
  const strained = series.filter(({ second, errors, ackP99 }) => second >= to && (Object.keys(errors).length > 0 || (ackP99 ?? 0) > normalMs));
  return Math.max(0, ...strained.map(({ second }) => second + 1 - to));
}

export function merged(histograms: readonly string[]): Latencies {
  const all = Latencies.empty();
  for (const histogram of histograms) all.merge(Latencies.decode(histogram));
  return all;
}

export function spreadOf(latencies: Latencies): Spread {
  const at = (share: number): number | null => rounded(latencies.at(share));
  const curve = latencies.curve().map(([share, ms]): [number, number] => [share, rounded(ms) ?? 0]);
  return { count: latencies.count, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1), curve, hdr: latencies.encoded() };
}

/** To the three digits that a histogram keeps; what there is not is `null`, as in JSON. */
export function rounded(value: number): number | null {
  const parts = value >= 100 ? 1 : value >= 10 ? 10 : 100;
  return Number.isFinite(value) ? Math.round(value * parts) / parts : null;
}

function valueAt({ curve }: Spread, share: number): number | null {
  return curve.find(([at]) => at >= share)?.[1] ?? null;
}

export function addUp(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  return total;
}

/** Those of `<act> <code>`, by code. */
function errorsOf(act: string, errors: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(errors)
      .filter(([name]) => name.startsWith(`${act} `))
      .map(([name, count]) => [name.slice(act.length + 1), count]),
  );
}
