import { type Clock, partitionOf } from '@agent-chat/kernel';
import { type LogRecord, type RecordPosition } from '../../event-log.port';
import { retryDelayMs } from '../memory/retry-delay';
import { AppendOutcome } from './append-outcome';
import { lostSequence, neverSent, NONE, unavailable, wroteNothing } from './kafka-errors';
import { type KafkaHooks } from './kafka-hooks';
import { type KafkaLink } from './kafka-link';
import { send } from './kafkajs';
import { PartitionQueue, type QueuedBatch, sizeOf } from './partition-queue';
import { produceRequest, type Sending } from './produce-request';
import { ProducerIdentity } from './producer-identity';
import { PRODUCE, type ProducedPartition } from './wire/produce-api';

/** Bounds of what is under way. */
export interface AppendLimits {
  /** How long an append is tried. */
  readonly appendTimeoutMs: number;
  /** From one request to a broker to the next: what comes meanwhile travels together. */
  readonly appendGatherMs: number;
  /** How much waits in this process, for all partitions; a single one may take a quarter. */
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
  /** How much one request holds. */
  readonly maxRequestRecords: number;
  readonly maxRequestBytes: number;
}

const LONGEST_RETRY_MS = 500;
const SWEEP_EVERY_MS = 50;
/** The broker said nothing of a batch. */
const NO_RESULT: BatchResult = { errorCode: -1, baseOffset: -1 };
/** Brokers take a batch of up to 1 MB unless told otherwise. */
const MAX_RECORD_BYTES = 900 * 1_024;

type BatchResult = Pick<ProducedPartition, 'errorCode' | 'baseOffset'>;

/**
 * Appends with what waited during the last request to that broker, and for a moment after it: one request a broker is under way, and an idle one is asked in the
 * same turn of the event loop. The broker deduplicates and orders by (producer, epoch, sequence), so that a repetition neither doubles nor overtakes.
 */
export class KafkaAppender {
  private readonly queues = new Map<string, PartitionQueue>();
  private readonly active = new Set<PartitionQueue>();
  private readonly busy = new Set<number>();
  private readonly identity: ProducerIdentity;
  private bufferedRecords = 0;
  private bufferedBytes = 0;
  private flushing = false;
  private sweep: NodeJS.Timeout | undefined;
  private preparing = false;
  private closed = false;

  constructor(
    private readonly link: KafkaLink,
    private readonly partitionCount: number,
    private readonly limits: AppendLimits,
    private readonly hooks: KafkaHooks,
    private readonly clock: Clock,
  ) {
    this.identity = new ProducerIdentity(link);
  }

  append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    if (this.closed) return Promise.reject(unavailable('The event log is closed'));
    if (records.length === 0) return Promise.resolve([]);
    const sized = records.map((record) => ({ record, bytes: sizeOf(record), queue: this.queueOf(topic, partitionOf(record.key, this.partitionCount)) }));
    if (sized.some(({ bytes }) => bytes > MAX_RECORD_BYTES)) return Promise.reject(unavailable('A record is larger than the log takes'));
    if (sized.some(({ queue }) => this.isFull(queue))) return Promise.reject(unavailable('The brokers are too far behind'));
    const outcome = new AppendOutcome(records.length);
    const giveUpAt = performance.now() + this.limits.appendTimeoutMs;
    sized.forEach(({ record, bytes, queue }, index) => {
      const { key, value, headers } = record;
      queue.add({ message: { key, value, headers: { ...headers } }, bytes, outcome, index, giveUpAt });
      this.active.add(queue);
      this.bufferedRecords += 1;
      this.bufferedBytes += bytes;
    });
    this.flushSoon();
    return outcome.settled.finally(() => {
      this.bufferedRecords -= records.length;
      this.bufferedBytes -= sized.reduce((sum, { bytes }) => sum + bytes, 0);
    });
  }

  /** Refuses further appends and waits until those under way have their outcome. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.active.size > 0) await new Promise((done) => setTimeout(done, 5));
    clearInterval(this.sweep);
  }

  private isFull(queue: PartitionQueue): boolean {
    const { maxBufferedRecords, maxBufferedBytes } = this.limits;
    if (this.bufferedRecords >= maxBufferedRecords || this.bufferedBytes >= maxBufferedBytes) return true;
    return queue.waitingRecords >= maxBufferedRecords / 4 || queue.waitingBytes >= maxBufferedBytes / 4;
  }

  private queueOf(topic: string, partition: number): PartitionQueue {
    const name = nameOf(topic, partition);
    let queue = this.queues.get(name);
    if (!queue) {
      queue = new PartitionQueue(topic, partition);
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** At the end of this turn of the event loop: what other calls of the turn append travels along. */
  private flushSoon(): void {
    this.sweep ??= setInterval(() => this.giveUpLate(), SWEEP_EVERY_MS);
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    const requests = new Map<number, PartitionQueue[]>();
    let unprepared: PartitionQueue | undefined;
    for (const queue of this.sendable()) {
      this.identity.give(queue);
      const leader = this.link.leaderOf(queue.topic, queue.partition);
      if (leader === undefined || queue.producerId === undefined) unprepared = queue;
      else if (!this.busy.has(leader)) push(requests, leader, queue);
    }
    for (const [leader, queues] of requests) this.send(leader, queues);
    if (unprepared) this.prepare(unprepared);
    if (this.active.size > 0) return;
    clearInterval(this.sweep);
    this.sweep = undefined;
  }

  /** Who has something that is not under way, longest waiting first. */
  private sendable(): PartitionQueue[] {
    const now = performance.now();
    for (const queue of this.active) if (queue.isEmpty) this.active.delete(queue);
    return [...this.active].filter(({ batch, notBefore }) => batch?.sending !== true && notBefore <= now);
  }

  private send(leader: number, queues: readonly PartitionQueue[]): void {
    const sending: { queue: PartitionQueue; batch: QueuedBatch }[] = [];
    const [first] = queues;
    let { maxRequestRecords: records, maxRequestBytes: bytes } = this.limits;
    for (const queue of queues) {
      // A request has one identity. Others go with the next one, and who was left out now stands in front then.
      if (queue.producerId !== first?.producerId || queue.epoch !== first?.epoch) continue;
      if (records <= 0 || bytes <= 0) break;
      const batch = queue.take(records, bytes);
      batch.sending = true;
      records -= batch.records.length;
      bytes -= batch.bytes;
      sending.push({ queue, batch });
      this.active.delete(queue);
      this.active.add(queue);
    }
    this.busy.add(leader);
    const nextMs = performance.now() + this.limits.appendGatherMs;
    void this.request(leader, sending).finally(() => {
      // Rounded up, a timer would hold up for longer than was asked for.
      const restMs = Math.floor(nextMs - performance.now());
      if (restMs > 0) setTimeout(() => this.release(leader), restMs);
      else this.release(leader);
    });
  }

  private release(leader: number): void {
    this.busy.delete(leader);
    this.flushSoon();
  }

  /** Never rejects. */
  private async request(leader: number, sending: Sending): Promise<void> {
    const startedAt = performance.now();
    let current = sending;
    try {
      const broker = await this.link.broker(leader);
      // Connecting takes time: what was given up meanwhile, as certainly not written, must not be written now.
      current = sending.filter(({ queue, batch }) => queue.batch === batch);
      if (current.length === 0) return;
      for (const { batch } of current) batch.sent = true;
      const { partitions } = await send(broker, PRODUCE, produceRequest(current, this.limits.appendTimeoutMs, this.clock.nowMs()), undefined);
      this.hooks.onProduced?.({
        records: current.reduce((sum, { batch }) => sum + batch.records.length, 0),
        bytes: current.reduce((sum, { batch }) => sum + batch.bytes, 0),
        latencyMs: performance.now() - startedAt,
      });
      const results = new Map(partitions.map((result) => [nameOf(result.topic, result.partition), result]));
      for (const { queue, batch } of current) this.settle(queue, batch, results.get(nameOf(queue.topic, queue.partition)) ?? NO_RESULT);
    } catch (error) {
      this.hooks.onError?.(error, 'appending');
      for (const { queue, batch } of current) this.failed(queue, batch, batch.sent && !neverSent(error), error);
      this.link.refresh().catch(() => undefined);
    }
  }

  private settle(queue: PartitionQueue, batch: QueuedBatch, { errorCode: code, baseOffset }: BatchResult): void {
    // Given up meanwhile: its callers have been told, and the next epoch has begun.
    if (queue.batch !== batch) return;
    if (code === NONE && baseOffset >= 0) {
      queue.written(batch, baseOffset);
      return;
    }
    const error = new Error(`Broker answered error ${code} for ${queue.topic}/${queue.partition}`);
    this.hooks.onError?.(error, 'appending');
    if (lostSequence(code) && !batch.maybeWritten) {
      queue.restart(batch);
      queue.notBefore = performance.now() + retryDelayMs(1);
    } else if (lostSequence(code)) queue.drop(batch, true);
    else this.failed(queue, batch, !wroteNothing(code), error);
    this.link.refresh().catch(() => undefined);
  }

  private failed(queue: PartitionQueue, batch: QueuedBatch, maybe: boolean, cause: unknown): void {
    if (queue.batch !== batch) return;
    batch.sending = false;
    batch.sent = false;
    batch.maybeWritten ||= maybe;
    batch.cause = cause;
    batch.failures += 1;
    const delayMs = Math.min(retryDelayMs(batch.failures), LONGEST_RETRY_MS);
    queue.notBefore = performance.now() + delayMs;
    setTimeout(() => this.flushSoon(), delayMs + 1).unref();
  }

  private giveUpLate(): void {
    const now = performance.now();
    for (const queue of this.active) {
      const { batch } = queue;
      if (batch && batch.giveUpAt <= now) queue.drop(batch, batch.sent || batch.maybeWritten);
      queue.expire(now, 'No broker took the records in time');
    }
    this.flushSoon();
  }

  /** Finds the leader and the identity that an append needs. One at a time; what waits meanwhile is bounded by its deadline. */
  private prepare(queue: PartitionQueue): void {
    if (this.preparing) return;
    this.preparing = true;
    const prepared = Promise.all([this.link.discover(queue.topic), this.identity.find()]);
    prepared
      .then(() => {
        if (this.link.leaderOf(queue.topic, queue.partition) === undefined) throw new Error(`${queue.topic}/${queue.partition} has no leader`);
        queue.notBefore = 0;
      })
      .catch((error: unknown) => {
        this.hooks.onError?.(error, 'looking for the leader of a partition');
        queue.notBefore = performance.now() + LONGEST_RETRY_MS / 5;
      })
      .finally(() => {
        this.preparing = false;
        this.flushSoon();
      });
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
