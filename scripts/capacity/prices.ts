import { z } from 'zod';
import defaults from './default-prices.json';

/** What things cost. `scripts/capacity/default-prices.json` has the ones that are used unless others are given. */
export const PricesSchema = z.strictObject({
  asOf: z.iso.date(),
  note: z.string().optional(),
  currency: z.string().min(1),
  /** Of a processor as the costs were measured on. */
  coreHour: z.number().nonnegative(),
  gbHour: z.number().nonnegative(),
  diskGbMonth: z.number().nonnegative(),
  egressGb: z.number().nonnegative(),
});
export type Prices = z.infer<typeof PricesSchema>;

export const DEFAULT_PRICES: Prices = PricesSchema.parse(defaults);
