/** What a refused statement means for its sender (P16). */
export type DatabaseErrorKind = 'data' | 'fenced' | 'outage';

/** A failed statement, told apart by what may be done about it. */
export class DatabaseError extends Error {
  constructor(
    readonly kind: DatabaseErrorKind,
    /** The five characters of SQLSTATE, where the server answered at all. */
    readonly sqlState: string | undefined,
    message: string,
    /** The server's DETAIL line. */
    readonly detail: string | undefined,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'DatabaseError';
  }

  /** Whether nobody answered, or only to say that the server is going away or coming up: nothing is wrong with the statement. */
  get isAway(): boolean {
    return this.sqlState === undefined || /^(08|57P)/.test(this.sqlState);
  }
}
