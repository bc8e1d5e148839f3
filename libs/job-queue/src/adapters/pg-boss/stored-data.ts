/** How a job's data lies in the table: wrapped, for the driver turns a bare array into a Postgres array. */
export interface StoredData {
  readonly value: unknown;
}
