import { Counter, Gauge, Histogram, register } from 'prom-client';

/** All own metrics start so. Durations are in seconds and end in `_seconds`, counters in `_total`. */
export type MetricName = `agent_chat_${string}`;

/** What a metric is. Values of labels are from a small fixed set, never an id or a text of a caller. */
export interface MetricSpec<Label extends string> {
  readonly name: MetricName;
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** A histogram also says its bounds. */
export interface HistogramSpec<Label extends string> extends MetricSpec<Label> {
  readonly buckets: readonly number[];
}

// A process that composes several apps may declare a metric from each: they count into one.
function existing<Metric>(name: string): Metric | undefined {
  return register.getSingleMetric(name) as Metric | undefined;
}

/** Something that only grows. */
export function declareCounter<Label extends string = never>({ name, help, labels = [] }: MetricSpec<Label>): Counter<Label> {
  return existing<Counter<Label>>(name) ?? new Counter<Label>({ name, help, labelNames: [...labels] });
}

/** Something that goes up and down. */
export function declareGauge<Label extends string = never>({ name, help, labels = [] }: MetricSpec<Label>): Gauge<Label> {
  return existing<Gauge<Label>>(name) ?? new Gauge<Label>({ name, help, labelNames: [...labels] });
}

/** Something that takes time or has a size. */
export function declareHistogram<Label extends string = never>({ name, help, labels = [], buckets }: HistogramSpec<Label>): Histogram<Label> {
  return existing<Histogram<Label>>(name) ?? new Histogram<Label>({ name, help, labelNames: [...labels], buckets: [...buckets] });
}

/** One metric of this process, as the reference page shows it. */
export interface MetricRow {
  readonly name: string;
  readonly kind: string;
  readonly help: string;
  readonly labels: readonly string[];
}

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly constructor: { readonly name: string };
}

/** Every own metric that has been declared so far, by name. */
export function describeMetrics(): MetricRow[] {
  const declared = register.getMetricsAsArray() as unknown as Described[];
  return declared
    .filter(({ name }) => name.startsWith('agent_chat_'))
    .map((metric) => ({ name: metric.name, kind: metric.constructor.name.toLowerCase(), help: metric.help, labels: metric.labelNames ?? [] }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
