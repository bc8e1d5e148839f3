/** What a caller appends: `value` is UTF-8 text (JSON), `key` orders it, `headers` can be read although the value can't. */
export interface LogRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Where a record lies. Offsets grow within a partition but need not be dense. */
export interface RecordPosition {
  readonly partition: number;
  readonly offset: number;
}

/** A record as it was stored. */
export interface StoredRecord extends LogRecord, RecordPosition {
  /** When it was appended, milliseconds since the Unix epoch. */
  readonly appendedAtMs: number;
}

/** Records of one partition, in order. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly StoredRecord[];
}

/** A stretch of one partition. `firstOffset` is the oldest that is kept, `endOffset` the one that the next append gets. */
export interface LogRange {
  readonly records: readonly StoredRecord[];
  readonly firstOffset: number;
  readonly endOffset: number;
}

/** What a member of a consumer group wants and how it is told. */
export interface Subscription {
  readonly topic: string;
  /** Members of one group share the partitions; each group sees every record. */
  readonly group: string;
  /** Where a group without a committed offset starts. */
  readonly startAt: 'beginning' | 'end';
  /**
   * Called with records of one partition at a time, in order, never twice at once for a partition.
   * With `commit: 'auto'` its success commits the batch. A rejection redelivers the same records after a back-off.
   * A handler should hand over and return: while one runs, its partition waits.
   */
  readonly onBatch: (batch: RecordBatch) => Promise<void>;
  /** `manual`: only `Consumption.commit` moves the group's offset. */
  readonly commit: 'auto' | 'manual';
  /**
   * How long records may gather before those of all partitions are handed over, in milliseconds; not at all unless given. What a log spends on a few records
   * it spends on many: a group that nobody waits for should ask for as much as it can bear. A log to which it makes no difference hands over at once.
   */
  readonly gatherMs?: number;
  /** Called with newly assigned partitions. No batch of any of them comes before it resolves; a rejection is retried after a back-off. */
  readonly onAssigned?: (partitions: readonly number[]) => Promise<void>;
  /** Called when partitions leave this member, also by `stop`, after their handlers have ended; commits still count while it runs. */
  readonly onRevoked?: (partitions: readonly number[]) => Promise<void>;
}

/** A running subscription. `pause`, `resume` and `seek` do nothing to a partition that is not assigned. */
export interface Consumption {
  /** Partitions that this member works on now. */
  assigned(): readonly number[];
  /** No further batch of the partition until `resume`; one that is running goes on. */
  pause(partition: number): void;
  /** Batches come again. */
  resume(partition: number): void;
  /** The next batch of the partition starts at `offset`; what was delivered beyond it and not committed comes again. */
  seek(partition: number, offset: number): void;
  /** Moves the group's offset: everything below `nextOffset` is done. Never goes back. Rejects with LOG_UNAVAILABLE. */
  commit(partition: number, nextOffset: number): Promise<void>;
  /** The group's committed next offset of a partition, or `undefined` if there is none. Rejects with LOG_UNAVAILABLE. */
  committed(partition: number): Promise<number | undefined>;
  /** Waits for running handlers, commits what they finished with `auto`, then leaves the group. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * An ordered log: per key in order, at least once to each consumer group. Records of one key always share a partition
 * (`partitionOf` of the kernel). Bounded: when consumers fall behind, appends slow down, then fail with LOG_UNAVAILABLE.
 */
export abstract class EventLog {
  /** How many partitions every topic has (P4). */
  abstract readonly partitionCount: number;

  /**
   * Appends records in order; resolves with their positions once all are durable to this log's degree. Two appends of one key,
   * the second called after the first without awaiting it, keep their order. What is appended in one turn of the event loop travels together: nobody has to
   * gather records that have nothing to do with each other into one call, which would give all of them one outcome.
   * Rejects with LOG_UNAVAILABLE (nothing was written; also for a record that is too large) or LOG_UNCERTAIN (some may have been), never otherwise (P21).
   */
  abstract append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]>;

  /** Joins a group; resolves when the member has joined, before `onAssigned` is called for the first time. */
  abstract subscribe(subscription: Subscription): Promise<Consumption>;

  /** Up to `limit` records of a partition from `fromOffset` on, outside any group. Rejects with LOG_UNAVAILABLE. */
  abstract read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange>;

  /** Stops every consumption and refuses appends with LOG_UNAVAILABLE. Safe to call twice. */
  abstract close(): Promise<void>;
}
