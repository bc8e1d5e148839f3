import { DatabaseError } from '../../database-error';
import { MigrationError } from '../../migration-error';
import { type MigrateResult } from '../../migrator';

/** What is told of databases that were away at the start. */
export interface AbsenceHooks {
  readonly log: (line: string) => void;
  /** One came and is not this installation's, or can't be brought up to date: the process is as wrong as if it had been there at the start. */
  readonly onRefused: (error: MigrationError) => void;
}

const LOOK_EVERY_MS = 5_000;

/**
 * Shard databases that were away when the process started. Nobody gets to one before it was brought up to date and compared with the shard map,
 * as the others were; until then its rooms are refused, and everything else goes on.
 */
export class AbsentDatabases {
  private absent: ReadonlyMap<string, MigrationError> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private looking = Promise.resolve();
  /** Why the last look failed, as it was told. */
  private told = '';

  constructor(
    private readonly bringUpToDate: () => Promise<MigrateResult>,
    private readonly hooks: AbsenceHooks,
  ) {}

  /** Looks again from now on, until none of them is away any more. */
  await(away: ReadonlyMap<string, MigrationError>): void {
    this.absent = away;
    for (const [name, { message }] of away) this.hooks.log(`Going on without ${name}, whose rooms are refused until it is there. ${message}`);
    this.lookLater();
  }

  has(name: string): boolean {
    return this.absent.has(name);
  }

  /** @throws DatabaseError where that database has not come yet. */
  requirePresent(name: string): void {
    const reason = this.absent.get(name);
    if (reason !== undefined) throw new DatabaseError('outage', undefined, `${name} has been away since this process started.`, undefined, reason);
  }

  /** Resolves when a look that was under way is over. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.absent = new Map();
    await this.looking;
  }

  private tell(error: unknown): void {
    const line = `Still without ${[...this.absent.keys()].join(', ')}: ${error instanceof Error ? error.message : String(error)}`;
    if (line === this.told) return;
    this.told = line;
    this.hooks.log(line);
  }

  private lookLater(): void {
    if (this.absent.size === 0) return;
    const look = (): void => {
      this.looking = this.look();
    };
    this.timer = setTimeout(look, LOOK_EVERY_MS).unref();
  }

  private async look(): Promise<void> {
    try {
      const { away } = await this.bringUpToDate();
      const come = [...this.absent.keys()].filter((name) => !away.has(name));
      this.absent = new Map([...this.absent].filter(([name]) => away.has(name)));
      if (come.length > 0) this.hooks.log(`${come.join(', ')} came, and is in use.`);
    } catch (error) {
      if (error instanceof MigrationError && !error.mayPass) {
        this.hooks.onRefused(error);
        return;
      }
      // The directory is away now, or somebody else has to migrate: each look begins anew.
      this.tell(error);
    }
    this.lookLater();
  }
}
