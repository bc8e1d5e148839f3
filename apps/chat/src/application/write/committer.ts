import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DatabaseError } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { type EventRow } from '../../infrastructure/write/batch-rows';
import { mayBeStored, type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { decodeWork, withStoredAnswers, type BatchDecider, type DecidedBatch, type Share } from './batch-decider';
import { type BatchLoader } from './batch-loader';
import { trimMessages, type OwnedPartition } from './owned-partition';
import { type PoisonHandler } from './poison-handler';
import { commitDuration, commitWorks } from './write-metrics';

/** What a commit sets free: nothing of it left before (P8). */
export interface Committed {
  readonly batch: DecidedBatch;
  readonly events: readonly EventRow[];
  readonly shares: readonly Share[];
}

/** Whom a committer tells. */
export interface CommitListener {
  /** The batch is stored: answer, publish. Must not throw. */
  committed(committed: Committed): void;
  /** The outcome of a commit is unknown (P7), or another owner was there (P9): the partition must be taken again or given up. */
  ownershipUncertain(partition: OwnedPartition, reason: 'unknown outcome' | 'fenced'): void;
}

export interface CommitterParts {
  readonly progress: ProgressRepository;
  readonly loader: BatchLoader;
  readonly decider: BatchDecider;
  readonly poison: PoisonHandler;
  readonly listener: CommitListener;
}

/** Most works in one commit. */
const MAX_BATCH = 500;
const MAX_BACKOFF_MS = 500;
/** No rest between commits is longer. */
const LONGEST_REST_MS = 10;

/**
 * Group commit for one database (one committer each): whatever queued up during the last commit, and a rest as long as that one took, becomes the next
 * batch. Without the rest, and as long as work comes singly, each would be a commit of its own, until the processors have no time for anything else.
 */
export class Committer {
  private readonly logger = new Logger(Committer.name);
  private ready = new Set<OwnedPartition>();
  private committing: ReadonlySet<OwnedPartition> = new Set();
  /** Halved while a batch holds something that can't be stored, doubled again by each success. */
  private limit = MAX_BATCH;
  private running: Promise<void> | undefined;
  private failures = 0;
  /** On the clock that never jumps. */
  private restUntilMs = 0;
  private stopped = false;

  constructor(private readonly parts: CommitterParts) {}

  /** Tells that a partition has work. */
  notify(partition: OwnedPartition): void {
    this.ready.add(partition);
    this.wake();
  }

  /** Whether a batch with work of the partition is under way: its outcome will say how things stand. */
  isCommitting(partition: OwnedPartition): boolean {
    return this.committing.has(partition);
  }

  /** The partition's work goes elsewhere from now on. Only while none of it is being committed. */
  drop(partition: OwnedPartition): void {
    this.ready.delete(partition);
  }

  /** Resolves when nothing is being committed and nothing is waiting; then nothing starts any more. */
  async stop(): Promise<void> {
    while (this.running !== undefined && this.failures === 0) await this.running;
    this.stopped = true;
    await this.running;
  }

  private wake(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      // Work that came after the last look and before this.
      if (this.ready.size > 0 && !this.stopped) this.wake();
    });
  }

  private async run(): Promise<void> {
    // What arrives in this turn of the event loop shares the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (!this.stopped) {
      await this.rest();
      const shares = this.takeBatch();
      if (shares.length === 0) return;
      const startedMs = performance.now();
      this.committing = new Set(shares.map(({ partition }) => partition));
      await this.execute(shares);
      this.committing = new Set();
      const endedMs = performance.now();
      this.restUntilMs = endedMs + Math.min(endedMs - startedMs, LONGEST_REST_MS);
      if (this.failures > 0) await delay(Math.min(50 * 2 ** this.failures, MAX_BACKOFF_MS), undefined, { ref: false });
    }
  }

  private async rest(): Promise<void> {
    const restMs = this.restUntilMs - performance.now();
    if (restMs > 0) await delay(restMs, undefined, { ref: false });
  }

  private takeBatch(): Share[] {
    const shares: Share[] = [];
    let left = this.limit;
    for (const partition of this.ready) {
      if (left === 0) break;
      this.ready.delete(partition);
      if (partition.state !== 'active' || partition.waiting === 0) continue;
      const works = partition.take(left);
      left -= works.length;
      shares.push({ partition, items: works.map(decodeWork) });
      // To the back of the line, so that a busy partition doesn't starve the others.
      if (partition.waiting > 0) this.ready.add(partition);
    }
    return shares;
  }

  /** Loads, decides and commits; on a failure puts everything back to where it can be tried again. */
  private async execute(shares: readonly Share[]): Promise<void> {
    const before = shares.map(({ partition }) => partition.savepoint());
    const startedMs = performance.now();
    let batch: DecidedBatch;
    try {
      await this.parts.poison.putAwayBroken(shares);
      await this.parts.loader.load(shares);
      batch = this.parts.decider.decide(shares);
      await this.answerFromKeys(batch);
      await this.parts.progress.commit(batch.rows);
    } catch (error) {
      commitDuration.observe({ outcome: 'failed' }, (performance.now() - startedMs) / 1_000);
      await this.recover(shares, before, error);
      return;
    }
    commitDuration.observe({ outcome: 'stored' }, (performance.now() - startedMs) / 1_000);
    commitWorks.observe(shares.reduce((sum, { items }) => sum + items.length, 0));
    this.failures = 0;
    this.limit = Math.min(this.limit * 2, MAX_BATCH);
    this.settle(shares, batch);
  }

  /** A refusal may be of what was done before, when its sender still might: what is stored under the key is the answer then (P11). */
  private async answerFromKeys(batch: DecidedBatch): Promise<void> {
    const refused = batch.replies.map((reply) => reply.refused).filter((command) => command !== undefined);
    if (refused.length === 0) return;
    batch.replies = withStoredAnswers(batch.replies, await this.parts.loader.storedKeys(refused));
  }

  private settle(shares: readonly Share[], batch: DecidedBatch): void {
    for (const { partition, items } of shares) {
      partition.committedOffset = partition.commandOffset;
      for (const item of items) {
        if (item.kind !== 'command') continue;
        const room = partition.rooms.get(item.command.roomId);
        if (room !== undefined) trimMessages(room);
      }
      partition.trim();
    }
    this.parts.listener.committed({ batch, events: batch.rows.events, shares });
  }

  private async recover(shares: readonly Share[], before: readonly ReturnType<OwnedPartition['savepoint']>[], error: unknown): Promise<void> {
    if (!(error instanceof DatabaseError || error instanceof AppError)) this.logger.error({ err: error }, 'A batch could not be decided');
    if (error instanceof DatabaseError && error.kind === 'outage') {
      this.failures += 1;
      this.logger.warn({ err: error }, 'A batch was not stored, or it is unknown whether it was: its partitions are taken again');
      for (const { partition, items } of shares) {
        partition.putBack(items.map(({ work }) => work));
        this.parts.listener.ownershipUncertain(partition, 'unknown outcome');
      }
      return;
    }
    // Nothing was stored: memory goes back to what is.
    shares.forEach(({ partition }, index) => {
      const savepoint = before[index];
      if (savepoint !== undefined) partition.rollBack(savepoint);
    });
    if (error instanceof AppError) this.waitForLog(shares, error);
    else {
      const refused = this.refusedBy(error);
      if (refused === undefined) await this.narrow(shares, error);
      else this.leaveOut(shares, refused);
    }
  }

  /** The log took no dead letter: nothing was decided, and it is tried again. */
  private waitForLog(shares: readonly Share[], error: AppError): void {
    this.failures += 1;
    this.logger.warn({ err: error }, 'Dead letters wait for the log');
    for (const { partition, items } of shares) {
      partition.putBack(items.map(({ work }) => work));
      this.ready.add(partition);
    }
  }

  /** The partitions that a commit was refused for: none where a key that was taken for new was not (P11). Undefined if it was refused for what it holds. */
  private refusedBy(error: unknown): ReadonlySet<number> | undefined {
    if (!(error instanceof DatabaseError)) return undefined;
    if (error.kind === 'fenced') return new Set((error.detail ?? '').split(',').map(Number));
    return mayBeStored(error) && this.parts.loader.becomeCareful() ? new Set() : undefined;
  }

  /** The refused partitions leave the batch, the others are tried again (P6). */
  private leaveOut(shares: readonly Share[], refused: ReadonlySet<number>): void {
    for (const { partition, items } of shares) {
      partition.putBack(items.map(({ work }) => work));
      if (refused.has(partition.partition)) this.parts.listener.ownershipUncertain(partition, 'fenced');
      else this.ready.add(partition);
    }
  }

  /** Something in the batch can't be stored: smaller batches find out what, and that one work is put away (P16). */
  private async narrow(shares: readonly Share[], error: unknown): Promise<void> {
    const count = shares.reduce((sum, { items }) => sum + items.length, 0);
    const [only] = shares;
    if (count > 1 || only === undefined) {
      this.limit = Math.floor(count / 2);
      for (const { partition, items } of shares) partition.putBack(items.map(({ work }) => work));
      this.ready = new Set([...shares.map(({ partition }) => partition), ...this.ready]);
      return;
    }
    try {
      this.settle([only], await this.parts.poison.putAway(only, error));
    } catch (cause) {
      // If the dead letter or its commit fails too, it was an outage.
      await this.recover([only], [only.partition.savepoint()], new DatabaseError('outage', undefined, 'A dead letter could not be stored', undefined, cause));
    }
  }
}
