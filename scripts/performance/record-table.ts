import { amount, NOT_RECORDED, table } from './markdown';
import { type MeasurementName } from './measurements';
import { recordOf, type Row } from './record';

export const text = (row: Row, column: string): string => String(row[column] ?? '');
export const number = (row: Row, column: string, digits?: number): string =>
  typeof row[column] === 'number' ? amount(row[column], digits) : text(row, column);

/** One table of a record's rows; its first columns are text. */
export function tableOf(name: MeasurementName, headings: readonly string[], cellsOf: (row: Row) => string[], textColumns = 1): string {
  const record = recordOf(name);
  return record === undefined ? NOT_RECORDED : table(headings, record.rows.map(cellsOf), textColumns);
}
