/**
 * The schema can't be brought up to date, or isn't this release's. The message is for the operator who starts the process, and says what to do.
 * Nothing of the failing migration is left behind.
 */
export class MigrationError extends Error {
  constructor(
    message: string,
    cause?: unknown,
    /** Whether it may go well later without anything being changed here: a server that is away, a migration that somebody else has to run. */
    readonly mayPass = false,
  ) {
    super(message, { cause });
    this.name = 'MigrationError';
  }
}
