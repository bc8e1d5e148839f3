import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ProfileReport } from '../profile/profile-report';
import { type MeasurementName } from './measurements';

export type Row = Readonly<Record<string, number | string>>;

/** What a command has measured, where and when. */
export interface PerformanceRecord {
  readonly date: string;
  readonly commit: string;
  readonly machine: { readonly processors: number; readonly model: string; readonly memoryGb: number; readonly node: string };
  readonly figures: Row;
  readonly rows: readonly Row[];
}

export type ProfileRecord = PerformanceRecord & ProfileReport;

/** From the root of the repository. */
export const RECORDS = 'docs/generated/performance';
const FOLDER = join(resolve(__dirname, '../..'), RECORDS);

/** The last record of a measurement; undefined if it was never recorded. */
export function recordOf(name: MeasurementName): PerformanceRecord | undefined {
  const file = join(FOLDER, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PerformanceRecord) : undefined;
}

/** The same of a profile. */
export function profileOf(name: Extract<MeasurementName, `profile-${string}`>): ProfileRecord | undefined {
  return recordOf(name) as ProfileRecord | undefined;
}
