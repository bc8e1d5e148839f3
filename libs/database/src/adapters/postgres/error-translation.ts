import { DatabaseError, type DatabaseErrorKind } from '../../database-error';

/** A driver's error as a `DatabaseError`; one that already is stays itself. */
export function toDatabaseError(thrown: unknown): DatabaseError {
  if (thrown instanceof DatabaseError) return thrown;
  // Asked of the value, not its class: errors of another realm have another `Error`.
  const error = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const sqlState = sqlStateOf(error);
  const message = 'message' in error ? String(error.message) : String(thrown);
  return new DatabaseError(kindOf(sqlState), sqlState, message, detailOf(error), thrown);
}

function kindOf(sqlState: string | undefined): DatabaseErrorKind {
  if (sqlState === 'AC001') return 'fenced';
  return sqlState !== undefined && /^(22|23)|^54000$/.test(sqlState) ? 'data' : 'outage';
}

// Node's own errors carry words such as ECONNREFUSED in `code`.
function sqlStateOf(error: object): string | undefined {
  return 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined;
}

function detailOf(error: object): string | undefined {
  return 'detail' in error && typeof error.detail === 'string' ? error.detail : undefined;
}
