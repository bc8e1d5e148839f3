import { type Costs, coresOf, memoryMbOf, type PartCost } from './costs';
import { amountOf, CPU_UNITS, MEMORY_UNITS, type Unit } from './features';
import { DIMENSIONS, type GrowthRecord, type Part, PARTS, type Point } from './growth-record';
import { nonNegativeLeastSquares } from './least-squares';

/** What gathers, gathers for between some milliseconds and some tens (ADR 16); which of these fits a part best is found by trying them. */
const GATHER_MS = [5, 10, 20, 50];
/** Below so much of a processor a part's own figure is mostly the clock's coarseness: errors count as if it were this. */
const LEAST_CORES = 0.05;
const LEAST_MB = 20;
const DIGITS = 4;

/** More messages or deliveries than this share went missing: the machine was offered more than it takes, and what that cost says little of anything else. */
const OVERLOADED = 0.01;

/** Nor where the parts keep more than this share of the machine busy: the load tool takes the rest, and what has to wait for a processor gathers longer. */
const FULL = 0.8;

/** The points at which the system kept up, and no processor was waited for. */
function usable({ sources, points }: Pick<GrowthRecord, 'sources' | 'points'>): Point[] {
  return points.filter(({ dimension, missing, offered, seconds, cores }) => {
    const processors = sources[dimension]?.machine.processors ?? Infinity;
    return missing <= OVERLOADED * offered * seconds && sum(Object.values(cores)) <= FULL * processors;
  });
}

/** Every second point of each dimension is kept back, to see what the fit makes of it. */
export function isHeldOut(record: Pick<GrowthRecord, 'sources' | 'points'>, point: Point): boolean {
  return (
    usable(record)
      .filter(({ dimension }) => dimension === point.dimension)
      .indexOf(point) %
      2 ===
    1
  );
}

/** The costs for which the relative errors at the points that are not kept back are least. */
export function fitCosts(record: GrowthRecord): Costs {
  const points = usable(record).filter((point) => !isHeldOut(record, point));
  const parts = Object.fromEntries(PARTS.map((part) => [part, fitPart(part, points)])) as Record<Part, PartCost>;
  const source = record.sources.rate ?? Object.values(record.sources)[0];
  const longest = record.history.at(-1);
  return {
    fittedFrom: {
      commit: source?.commit ?? '',
      date: source?.date ?? '',
      processor: source?.machine.model ?? '',
      dimensions: DIMENSIONS.filter((each) => record.sources[each] !== undefined),
    },
    parts,
    bytesAMessage: longest === undefined ? 0 : longest.bytesARow.table + longest.bytesARow.indexes,
  };
}

function fitPart(part: Part, points: readonly Point[]): PartCost {
  const fits = GATHER_MS.map((gatherMs) => {
    const cpuMicros = fitUnits(CPU_UNITS[part], { part, gatherMs, points, measured: (point) => point.cores[part], least: LEAST_CORES, scale: 1e6 });
    const cost = { gatherMs, cpuMicros };
    return { cost, error: points.reduce((total, point) => total + squaredError(part, cost, point), 0) };
  });
  const best = fits.reduce((one, other) => (other.error < one.error ? other : one));
  const units = MEMORY_UNITS[part];
  if (units === undefined) return best.cost;
  const { gatherMs } = best.cost;
  return { ...best.cost, memoryKb: fitUnits(units, { part, gatherMs, points, measured: (point) => point.memoryMb[part], least: LEAST_MB, scale: 1_024 }) };
}

function squaredError(part: Part, cost: PartCost, point: Point): number {
  const predicted = coresOf(part, point.load, { parts: { [part]: cost } as Costs['parts'] });
  return ((predicted - point.cores[part]) / Math.max(LEAST_CORES, point.cores[part])) ** 2;
}

interface Fitted {
  readonly part: Part;
  readonly gatherMs: number;
  readonly points: readonly Point[];
  readonly measured: (point: Point) => number;
  /** Errors of what is smaller count as if it were this. */
  readonly least: number;
  /** From what is measured to what a cost is written in. */
  readonly scale: number;
}

/** Each row is divided by what was measured: an error of a tenth counts the same at every size. */
function fitUnits(units: readonly Unit[], { part, gatherMs, points, measured, least, scale }: Fitted): Partial<Record<Unit, number>> {
  const rows: number[][] = [];
  const targets: number[] = [];
  for (const point of points) {
    const weight = 1 / Math.max(least, measured(point));
    rows.push(units.map((unit) => amountOf(unit, part, point.load, gatherMs / 1_000) * weight));
    targets.push(measured(point) * weight);
  }
  const found = nonNegativeLeastSquares(rows, targets);
  const costs = units.map((unit, index) => [unit, Number(((found[index] ?? 0) * scale).toPrecision(DIGITS))] as const);
  return Object.fromEntries(costs.filter(([, cost]) => cost !== 0));
}

/** How a point was predicted; `error` is relative to what was measured. */
export interface Prediction {
  readonly point: Point;
  readonly isHeldOut: boolean;
  readonly cores: { readonly measured: number; readonly predicted: number; readonly error: number };
  readonly parts: Readonly<Partial<Record<Part, { readonly measured: number; readonly predicted: number; readonly error: number }>>>;
  readonly gatewayMb: { readonly measured: number; readonly predicted: number; readonly error: number };
}

/** All points as the model sees them: the whole system, and each part that keeps at least a twentieth of a processor busy. */
export function predictions(record: GrowthRecord, costs: Costs): Prediction[] {
  return usable(record).map((point) => {
    const predicted = Object.fromEntries(PARTS.map((part) => [part, coresOf(part, point.load, costs)])) as Record<Part, number>;
    const large = PARTS.filter((part) => point.cores[part] >= LEAST_CORES);
    return {
      point,
      isHeldOut: isHeldOut(record, point),
      cores: compared(sum(Object.values(point.cores)), sum(Object.values(predicted))),
      parts: Object.fromEntries(large.map((part) => [part, compared(point.cores[part], predicted[part])])),
      gatewayMb: compared(point.memoryMb.gateway, memoryMbOf('gateway', point.load, costs) ?? 0),
    };
  });
}

function compared(measured: number, predicted: number): Prediction['cores'] {
  return { measured, predicted, error: predicted / measured - 1 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
