/** The schema can't be brought up to date. The message says what to do; nothing of the failing migration is left behind. */
export class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}
