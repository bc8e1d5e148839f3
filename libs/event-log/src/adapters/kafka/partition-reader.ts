import { type LogRange, type StoredRecord } from '../../event-log.port';
import { retryDelayMs } from '../memory/retry-delay';
import { NONE, unavailable } from './kafka-errors';
import { type KafkaLink } from './kafka-link';
import { ask, send } from './kafkajs';
import { FETCH, NO_SESSION } from './wire/fetch-api';

const EARLIEST = -2;
const LATEST = -1;
const WAIT_MS = 100;
const MAX_BYTES = 1_024 * 1_024;
const LONGEST_RETRY_MS = 500;

interface PartitionEnds {
  readonly firstOffset: number;
  readonly endOffset: number;
}

/** Reads partitions outside any group. */
export class PartitionReader {
  constructor(
    private readonly link: KafkaLink,
    private readonly timeoutMs: number,
  ) {}

  /** Up to `limit` records from an offset on. Rejects with LOG_UNAVAILABLE. */
  read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    return this.persist(topic, async () => {
      const { firstOffset, endOffset } = await this.findEnds(topic, partition);
      const records: StoredRecord[] = [];
      let next = Math.max(fromOffset, firstOffset);
      while (records.length < limit && next < endOffset) {
        const found = await this.fetch(topic, partition, next);
        const last = found.at(-1);
        if (!last) throw new Error(`Nothing was fetched of ${topic}/${partition} at ${next}, below its end ${endOffset}`);
        records.push(...found.slice(0, limit - records.length));
        next = last.offset + 1;
      }
      return { records, firstOffset, endOffset };
    });
  }

  /** The next offset that each of these partitions gives out. Rejects with LOG_UNAVAILABLE. */
  async endOffsets(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const ends = await this.persist(topic, () =>
      Promise.all(partitions.map(async (partition) => [partition, await this.offset(topic, partition, LATEST)] as const)),
    );
    return new Map(ends);
  }

  /** The first and the next offset of a partition. Rejects with LOG_UNAVAILABLE. */
  ends(topic: string, partition: number): Promise<PartitionEnds> {
    return this.persist(topic, () => this.findEnds(topic, partition));
  }

  /** A new leader that doesn't know the end for certain yet answers an error, not a lower end (KIP-207). */
  private async findEnds(topic: string, partition: number): Promise<PartitionEnds> {
    const firstOffset = await this.offset(topic, partition, EARLIEST);
    return { firstOffset, endOffset: await this.offset(topic, partition, LATEST) };
  }

  private async offset(topic: string, partition: number, timestamp: number): Promise<number> {
    const broker = await this.link.leader(topic, partition);
    const topics = [{ topic, partitions: [{ partition, timestamp }] }];
    const { responses } = await ask(broker, 'ListOffsets', { replicaId: -1, isolationLevel: 0, topics });
    const found = responses[0]?.partitions[0];
    if (found?.errorCode !== NONE) throw new Error(`Broker answered error ${found?.errorCode ?? -1} for ${topic}/${partition}`);
    return Number(found.offset);
  }

  private async fetch(topic: string, partition: number, fromOffset: number): Promise<readonly StoredRecord[]> {
    const broker = await this.link.leader(topic, partition);
    const partitions = new Map([[partition, fromOffset]]);
    const request = { ...NO_SESSION, maxWaitMs: WAIT_MS, maxBytes: MAX_BYTES, maxPartitionBytes: MAX_BYTES, topic, partitions };
    const answer = await send(broker, FETCH, request, partitions);
    const [found] = answer.partitions;
    if (found?.errorCode !== NONE) throw new Error(`Broker answered error ${found?.errorCode ?? answer.errorCode} for ${topic}/${partition}`);
    if (found.records.length === 0 && found.problem !== undefined) throw found.problem;
    return found.records;
  }

  private async persist<Result>(topic: string, action: () => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + this.timeoutMs;
    for (let failures = 1; ; failures++) {
      try {
        return await action();
      } catch (error) {
        const delayMs = Math.min(retryDelayMs(failures), LONGEST_RETRY_MS);
        if (performance.now() + delayMs >= deadline) throw unavailable(`${topic} could not be read`, error);
        await new Promise((done) => setTimeout(done, delayMs));
        await this.link.discover(topic).catch(() => undefined);
      }
    }
  }
}
