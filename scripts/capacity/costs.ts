import { z } from 'zod';
import { amountOf, UNITS, type Unit } from './features';
import { DIMENSIONS, type Load, type Part, PARTS } from './growth-record';

const units = Object.keys(UNITS) as [Unit, ...Unit[]];
const PartCostSchema = z.object({
  /** How long its stages let things gather. */
  gatherMs: z.number().nonnegative(),
  /** Microseconds of CPU for each unit. */
  cpuMicros: z.partialRecord(z.enum(units), z.number().nonnegative()),
  /** Kilobytes for each unit; absent where memory does not depend on the load. */
  memoryKb: z.partialRecord(z.enum(units), z.number().nonnegative()).optional(),
});
export type PartCost = z.infer<typeof PartCostSchema>;

/** `scripts/capacity/fitted-costs.json`, which `npm run capacity -- --fit` writes. */
export const CostsSchema = z.object({
  /** Of the dimensions that were not recorded, nothing is known here: what they grow by counts as costing nothing. */
  fittedFrom: z.object({ commit: z.string(), date: z.string(), processor: z.string(), dimensions: z.array(z.enum(DIMENSIONS)) }),
  parts: z.object(Object.fromEntries(PARTS.map((part) => [part, PartCostSchema])) as Record<Part, typeof PartCostSchema>),
  /** A message and its event, as stored: rows and indexes. */
  bytesAMessage: z.number().nonnegative(),
});
export type Costs = z.infer<typeof CostsSchema>;

/** Processors that a part keeps busy under a load. */
export function coresOf(part: Part, load: Load, { parts }: Pick<Costs, 'parts'>): number {
  const { cpuMicros, gatherMs } = parts[part];
  return sumOf(cpuMicros, (unit) => amountOf(unit, part, load, gatherMs / 1_000)) / 1e6;
}

/** Megabytes that all processes of a part take together; undefined where that was not fitted. */
export function memoryMbOf(part: Part, load: Load, { parts }: Pick<Costs, 'parts'>): number | undefined {
  const { memoryKb, gatherMs } = parts[part];
  return memoryKb === undefined ? undefined : sumOf(memoryKb, (unit) => amountOf(unit, part, load, gatherMs / 1_000)) / 1_024;
}

function sumOf(costs: Partial<Record<Unit, number>>, amount: (unit: Unit) => number): number {
  return Object.entries(costs).reduce((total, [unit, cost]) => total + cost * amount(unit as Unit), 0);
}

/** What was not recorded, and so is not in the costs. */
export function unknownDimensions({ fittedFrom }: Costs): readonly string[] {
  return DIMENSIONS.filter((dimension) => !fittedFrom.dimensions.includes(dimension));
}
