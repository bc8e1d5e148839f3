import type { DatabaseErrorKind } from '../../database-error';

/** How one statement went. */
export interface StatementObservation {
  /** The physical database's name. */
  readonly database: string;
  /** From the call to its answer, the wait for a connection included. */
  readonly durationMs: number;
  readonly outcome: 'ok' | DatabaseErrorKind;
}

/** Told of every statement, for metrics. Must not throw. */
export type StatementObserver = (observation: StatementObservation) => void;
