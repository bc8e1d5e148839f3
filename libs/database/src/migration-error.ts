/** A server that is away or busy, a migration that somebody else has to run, or what no waiting mends. */
export type MigrationErrorReason = 'away' | 'behind' | 'refused';

/**
 * The schema can't be brought up to date, or isn't this release's. The message is for the operator who starts the process, and says what to do.
 * Nothing of the failing migration is left behind.
 */
export class MigrationError extends Error {
  constructor(
    message: string,
    cause?: unknown,
    readonly reason: MigrationErrorReason = 'refused',
  ) {
    super(message, { cause });
    this.name = 'MigrationError';
  }

  /** Whether it may go well later without anything being changed here. */
  get mayPass(): boolean {
    return this.reason !== 'refused';
  }
}
