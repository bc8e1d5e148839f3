import { DatabaseError } from '../../database-error';
import type { Row } from '../../database.port';
import { PostgresPhysicalDatabase } from './postgres-physical-database';
import { PrimaryFinder } from './primary-finder';
import type { StatementObserver } from './statement-observer';

export interface ReplicaSetOptions {
  /** Of the database whose replicas they are. */
  readonly name: string;
  /** One host each. */
  readonly urls: readonly string[];
  readonly poolSize: number;
  readonly observer?: StatementObserver | undefined;
}

/** Nobody waits for a replica: the primary answers sooner than this. */
const STATEMENT_TIMEOUT_MS = 1_000;
const ANSWER_GRACE_MS = 200;
const CONNECT_TIMEOUT_MS = 500;
/** A replica that did not answer is left alone for so long, then twice as long each time. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** So often in a row a replica may be behind what it was asked for, before it gets time to catch up. */
const STALE_IN_A_ROW = 10;
const STALE_REST_MS = 1_000;
/** The server's own words for a statement that stood in the way of what the primary sent: a replica that is well. */
const CONFLICT = /^(40001|40P01)$/;

/** One replica, and how it did lately. */
class Replica {
  restsUntilMs = 0;
  private failures = 0;
  private stale = 0;

  constructor(readonly database: PostgresPhysicalDatabase) {}

  hasAnswered(isFresh: boolean): void {
    this.failures = 0;
    this.stale = isFresh ? 0 : this.stale + 1;
    if (this.stale >= STALE_IN_A_ROW) this.rest(STALE_REST_MS);
  }

  hasFailed(error: unknown): void {
    // What it says about the question is said by the primary, too.
    if (error instanceof DatabaseError && (CONFLICT.test(error.sqlState ?? '') || error.sqlState?.startsWith('AC') === true || error.kind === 'data')) return;
    this.rest(Math.min(FIRST_REST_MS * 2 ** this.failures, LONGEST_REST_MS));
    this.failures += 1;
  }

  private rest(forMs: number): void {
    this.stale = 0;
    this.restsUntilMs = performance.now() + forMs;
  }
}

/** The replicas of one database, in turn. What they can't answer at once they leave to the primary. */
export class ReplicaSet {
  private readonly replicas: readonly Replica[];
  private next = 0;

  constructor({ name, urls, poolSize, observer }: ReplicaSetOptions) {
    this.replicas = urls.map((url, index) => {
      const limits = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, answerGraceMs: ANSWER_GRACE_MS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
      const place = { name: `${name}/replica-${String(index + 1)}`, finder: new PrimaryFinder({ url }) };
      return new Replica(new PostgresPhysicalDatabase({ ...place, ...limits, poolSize, observer }));
    });
  }

  /** What one replica answers, if it is fresh enough; else undefined. Never rejects. */
  async read<R extends Row>(sql: string, parameters: readonly unknown[], isFresh: (rows: readonly R[]) => boolean): Promise<R[] | undefined> {
    const replica = this.choose();
    if (replica === undefined) return undefined;
    try {
      const rows = await replica.database.query<R>(sql, parameters);
      const fresh = isFresh(rows);
      replica.hasAnswered(fresh);
      return fresh ? rows : undefined;
    } catch (error) {
      replica.hasFailed(error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map(({ database }) => database.close()));
  }

  private choose(): Replica | undefined {
    const nowMs = performance.now();
    const well = this.replicas.filter(({ restsUntilMs }) => restsUntilMs <= nowMs);
    this.next += 1;
    return well.length === 0 ? undefined : well[this.next % well.length];
  }
}
