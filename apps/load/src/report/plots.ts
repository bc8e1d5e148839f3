import { type Point, type Result, type Spread } from '../run/result';
import { type Phase } from '../scenario/scenario';
import { type Band, type Chart, type Series } from './chart';
import { clock } from './progress';

const MOST_CODES = 4;
const CODE_COLOURS = ['red', 'orange', 'violet', 'grey'] as const;
const SMALLEST_BEYOND = 1e-6;

type Over = (title: string, note: string, unit: string, lines: readonly Series[], scale?: Chart['scale']) => Chart;

/** Everything that goes by the second: how much, how fast, and what else there is to see. */
export function plotsOverTime(result: Result): Chart[] {
  const over = overTime(result);
  return [...throughputPlots(result, over), ...latencyPlots(result, over), ...otherPlots(result, over)];
}

function overTime({ series, settings }: Result): Over {
  const seconds = Math.max(1, ...series.map(({ second }) => second + 1));
  const bands = bandsOf(settings.plan.phases, seconds);
  const axis = {
    places: series.map(({ second }) => (second + 0.5) / seconds),
    names: series.map(({ second }) => clock(second)),
    xTicks: timeTicks(seconds),
    bands,
  };
  return (title, note, unit, lines, scale = 'linear') => ({ title, note, unit, scale, series: lines, ...axis });
}

function throughputPlots({ series }: Result, over: Over): Chart[] {
  return [
    over('Acts a second', 'Done follows due as long as the system keeps up; what it does not do in time it does later, or never.', '/s', [
      { name: 'due', colour: 'grey', values: series.map(({ offered }) => offered), isDashed: true },
      { name: 'done', colour: 'blue', values: series.map(({ done }) => done), isFilled: true },
    ]),
    over('Posts and deliveries a second', 'A delivery is one post that came to one connection.', '/s', [
      { name: 'deliveries', colour: 'green', values: series.map(({ deliveries }) => deliveries), isFilled: true },
      { name: 'posts', colour: 'blue', values: series.map(({ donePosts }) => donePosts) },
    ]),
  ];
}

function latencyPlots({ series }: Result, over: Over): Chart[] {
  const stored = 'From when the post was due until it was stored and acknowledged.';
  const read = 'From when the post was due until a reader had it.';
  return [
    over('Acknowledgement of a post', stored, 'ms', latencyLines(series, 'ackP50', 'ackP99'), 'log'),
    over('Delivery of a post', read, 'ms', latencyLines(series, 'deliveryP50', 'deliveryP99'), 'log'),
  ];
}

function otherPlots({ series }: Result, over: Over): Chart[] {
  const late = 'How late the tool came to an act at most. Where this is large, it is the tool that was slow: take more processes, or another machine.';
  return [
    over('Errors a second', 'By code; those of connections are the attempts to connect that failed.', '/s', errorLines(series)),
    over('Connections', 'How many were live in all of their rooms, and how many came back in that second.', '', [
      { name: 'live', colour: 'blue', values: series.map(({ connections }) => connections), isFilled: true },
      { name: 'came back', colour: 'orange', values: series.map(({ reconnects }) => reconnects) },
    ]),
    over('Lateness of the load tool itself', late, 'ms', [{ name: 'latest act', colour: 'violet', values: series.map(({ lagMs }) => lagMs), isFilled: true }]),
  ];
}

/** Latencies by percentile, each nine as wide as the one before: the tail is where people wait. */
export function percentilePlot({ acts, delivery }: Result): Chart {
  const curves: [string, Series['colour'], Spread, boolean][] = [
    ['post, from due', 'blue', acts.post.due, false],
    ['post, from sent', 'blue', acts.post.service, true],
    ['delivery', 'green', delivery, false],
    ['history page', 'violet', acts.history.due, false],
    ['reconnect', 'orange', acts.reconnect.due, false],
  ];
  const used = curves.filter(([, , { count }]) => count > 0);
  const beyond = Math.max(SMALLEST_BEYOND, Math.min(0.01, ...used.flatMap(([, , { curve }]) => curve.map(([share]) => 1 - share))));
  const nines = Math.ceil(-Math.log10(beyond));
  const steps = Array.from({ length: nines * 8 + 1 }, (_, step) => 1 - 10 ** (-step / 8));
  const name = (share: number): string => `p${String(Number((share * 100).toPrecision(share > 0.999 ? 7 : 4)))}`;
  return {
    title: 'Latency by percentile',
    note: 'The difference between "from due" and "from sent" is the time that posts had to wait for their turn.',
    unit: 'ms',
    scale: 'log',
    places: steps.map((_, step) => step / (nines * 8)),
    names: steps.map(name),
    xTicks: Array.from({ length: nines + 1 }, (_, nine) => ({ place: nine / nines, text: nine === 0 ? 'p0' : name(1 - 10 ** -nine) })),
    series: used.map(([title, colour, spread, isDashed]) => ({ name: title, colour, isDashed, values: steps.map((share) => valueAt(spread, share)) })),
  };
}

/** What the curve says at this share, as long as there are values to tell it apart from the greatest. */
function valueAt({ curve, count }: Spread, share: number): number | null {
  if ((1 - share) * count < 0.5) return null;
  return curve.find(([at]) => at >= share - 1e-12)?.[1] ?? null;
}

function latencyLines(series: readonly Point[], p50: 'ackP50' | 'deliveryP50', p99: 'ackP99' | 'deliveryP99'): Series[] {
  return [
    { name: 'p99', colour: 'orange', values: series.map((point) => point[p99]) },
    { name: 'p50', colour: 'blue', values: series.map((point) => point[p50]) },
  ];
}

/** The commonest codes, a line each; the others together. */
function errorLines(series: readonly Point[]): Series[] {
  const totals = new Map<string, number>();
  for (const { errors } of series) for (const [code, count] of Object.entries(errors)) totals.set(code, (totals.get(code) ?? 0) + count);
  const codes = [...totals].sort(([, one], [, other]) => other - one).map(([code]) => code);
  if (codes.length === 0) return [{ name: 'none', colour: 'grey', values: series.map(() => null) }];
  const named = codes.length > MOST_CODES ? codes.slice(0, MOST_CODES - 1) : codes;
  const rest = codes.slice(named.length);
  const count = (among: readonly string[]): number[] => series.map(({ errors }) => among.reduce((total, code) => total + (errors[code] ?? 0), 0));
  const lines = [...named.map((code) => ({ name: code, among: [code] })), ...(rest.length === 0 ? [] : [{ name: 'others', among: rest }])];
  return lines.map(({ name, among }, index) => ({ name, colour: CODE_COLOURS[index] ?? 'grey', values: count(among) }));
}

function bandsOf(phases: readonly Phase[], seconds: number): Band[] {
  let from = 0;
  return phases.map((phase) => {
    const band = { name: phase.name ?? phase.kind, from: from / seconds, to: Math.min(1, (from + phase.seconds) / seconds) };
    from += phase.seconds;
    return band;
  });
}

const TIME_STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400];
const MOST_TIME_TICKS = 6;

function timeTicks(seconds: number): Chart['xTicks'] {
  const step = TIME_STEPS.find((each) => seconds / each <= MOST_TIME_TICKS) ?? Math.ceil(seconds / MOST_TIME_TICKS);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => ({ place: (index * step) / seconds, text: clock(index * step) }));
}
