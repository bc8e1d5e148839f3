import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase, type Queryable } from '@agent-chat/database';

/** What is left to do once the effect is committed. Its failure is reported and changes nothing. */
export type AfterCommit = () => Promise<void>;

/** A view of the event log in a database: its position moves in the transaction of its effect, so that each event counts exactly once. */
export interface Projection {
  /** Its name among the consumers; positions are kept under it. Never changed once published. */
  readonly group: string;
  /** Where the effects of a partition's events, and its position, are kept. */
  database(partition: number): PhysicalDatabase;
  /**
   * How long events of one partition may gather behind a batch before the next, in milliseconds and on average; without it none do. A transaction costs
   * far more than an event: a projection that nobody waits for should leave the database to those who write.
   */
  readonly gatherMs?: number;
  /**
   * Whether effects may be forgotten for a while: a commit then waits neither for the disk nor for a standby. A server that fails may take the last ones back, each with its position, and
   * the events come again, at the latest when positions are next compared (30 s). For views that are only read, and whose `apply` returns nothing to be done afterwards: such a commit is waited for.
   */
  readonly mayForget?: boolean;
  /** Whether an event may have an effect; without it each may. A batch without any costs no transaction. */
  concerns?(event: LogEvent): boolean;
  /**
   * Writes the effect of events of one partition, in order. Runs in a transaction, perhaps again after a rollback. What it throws is taken as the
   * fault of an event (then the batch is halved until that one is found and dead-lettered), but for outages, which are tried again for ever.
   */
  apply(connection: Queryable, events: readonly LogEvent[]): Promise<AfterCommit | undefined>;
  /** Removes every effect, so that it can be built again from the first event. A projection without it can't be reset. */
  clear?(connection: Queryable): Promise<void>;
}
