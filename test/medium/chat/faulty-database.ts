import { DatabaseError, type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { deferred } from '@agent-chat/testing';

/** What happens to the next commit: it never reaches the server, or the server commits and its answer is lost. */
export type CommitFault = 'unreached' | 'unanswered';

/** The real database, with a network that fails as told. */
export class FaultyDatabase implements PhysicalDatabase {
  readonly name: string;
  readonly commitFaults: CommitFault[] = [];
  isDown = false;
  /** Runs before each commit leaves. */
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  /** Runs before any other statement. */
  beforeRead: (sql: string) => Promise<void> = () => Promise.resolve();
  commits = 0;
  /** Runs before the answer of any other statement arrives. */
  afterRead: (sql: string) => Promise<void> = () => Promise.resolve();
  /** By how much the server's clock goes ahead of what it is, as a question for it alone tells, in milliseconds. */
  clockAheadMs = 0;
  /** Statements and transactions refused while it was down. */
  refused = 0;

  constructor(private readonly real: PhysicalDatabase) {
    this.name = real.name;
  }

  async query<R extends Row = Row>(sql: string, parameters?: readonly unknown[]): Promise<R[]> {
    this.requireUp();
    if (!sql.includes('commit_batch(')) {
      await this.beforeRead(sql);
      const rows = await this.real.query<R>(sql, parameters);
      await this.afterRead(sql);
      return rows.map((row) => (typeof row['now_ms'] === 'number' ? { ...row, now_ms: row['now_ms'] + this.clockAheadMs } : row));
    }
    await this.beforeCommit();
    this.requireUp();
    const fault = this.commitFaults.shift();
    if (fault === 'unreached') throw outage();
    const rows = await this.real.query<R>(sql, parameters);
    this.commits += 1;
    if (fault === 'unanswered') throw outage();
    return rows;
  }

  async transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    this.requireUp();
    return this.real.transaction(work);
  }

  /** Lets no commit leave until it is let go; `leaving` resolves when the first is about to. */
  holdCommits(): { readonly leaving: Promise<void>; readonly letGo: () => void } {
    const [leaving, mayGo] = [deferred(), deferred()];
    this.beforeCommit = () => {
      leaving.resolve();
      return mayGo.promise;
    };
    return { leaving: leaving.promise, letGo: () => mayGo.resolve() };
  }

  private requireUp(): void {
    if (!this.isDown) return;
    this.refused += 1;
    throw outage();
  }
}

function outage(): DatabaseError {
  return new DatabaseError('outage', undefined, 'the connection is gone', undefined, undefined);
}
