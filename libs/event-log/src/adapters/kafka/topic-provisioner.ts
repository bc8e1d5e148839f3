import { setTimeout as delay } from 'node:timers/promises';
import { retryDelayMs } from '../memory/retry-delay';
import { typeOf } from './kafka-errors';
import { type KafkaLink } from './kafka-link';

/** A topic that the log needs. */
export interface TopicSpec {
  readonly topic: string;
  /** After how long records may go. */
  readonly retentionMs: number;
  /** How much longer than that the youngest record of a file can keep the oldest. */
  readonly segmentMs: number;
  /** What retention and segment time must stay below together, because senders repeat records only within that (P14). */
  readonly keyWindowMs?: number;
}

export interface ProvisionOptions {
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** How long to wait for brokers that are only starting. */
  readonly startTimeoutMs: number;
}

const TOPIC_RESOURCE = 2;
const LONGEST_RETRY_MS = 2_000;
const CREATE_TIMEOUT_MS = 10_000;

/** A topic is not what the log needs; the message says what to do. */
export class UnfitTopic extends Error {}

/** Makes the topics that are missing and refuses those that don't fit. Safe when many processes start at once. */
export class TopicProvisioner {
  constructor(
    private readonly link: KafkaLink,
    private readonly brokers: readonly string[],
    private readonly options: ProvisionOptions,
  ) {}

  /** Resolves when every topic is there. Rejects with `UnfitTopic`, or when no broker answers in time. */
  async provide(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) refuseLongRetention(spec, spec.retentionMs + spec.segmentMs);
    const deadline = performance.now() + this.options.startTimeoutMs;
    for (let failures = 1; ; failures++) {
      try {
        for (const spec of specs) await this.provideOne(spec);
        return;
      } catch (error) {
        if (error instanceof UnfitTopic) throw error;
        if (performance.now() >= deadline) throw this.unreachable(error);
        await delay(Math.min(retryDelayMs(failures), LONGEST_RETRY_MS));
      }
    }
  }

  private async provideOne(spec: TopicSpec): Promise<void> {
    const { partitionCount } = this.options;
    let count = await this.link.partitionCountOf(spec.topic);
    if (count === 0) {
      await this.create(spec);
      count = await this.link.partitionCountOf(spec.topic);
      if (count === 0) throw new Error(`${spec.topic} has been made, but not all brokers know it yet`);
    }
    if (count !== partitionCount) {
      throw new UnfitTopic(
        `The Kafka topic ${spec.topic} has ${count} partitions, but this installation has ${partitionCount} (PARTITIONS). ` +
          'The number is fixed at installation: correct PARTITIONS, or give this installation brokers without that topic.',
      );
    }
    if (spec.keyWindowMs !== undefined) refuseLongRetention(spec, await this.storedRetention(spec.topic));
  }

  private async create({ topic, retentionMs, segmentMs }: TopicSpec): Promise<void> {
    const { partitionCount: numPartitions, replicationFactor } = this.options;
    const broker = await this.link.controller();
    const configEntries = Object.entries({
      'cleanup.policy': 'delete',
      'retention.ms': retentionMs,
      'segment.ms': segmentMs,
      'min.insync.replicas': replicationFactor >= 3 ? 2 : 1,
    }).map(([name, value]) => ({ name, value: String(value) }));
    try {
      await broker.createTopics({ topics: [{ topic, numPartitions, replicationFactor, configEntries }], timeout: CREATE_TIMEOUT_MS });
    } catch (error) {
      if (typesOf(error).includes('INVALID_REPLICATION_FACTOR')) {
        throw new UnfitTopic(`The Kafka topic ${topic} wants ${replicationFactor} copies (KAFKA_REPLICATION_FACTOR), but fewer brokers are up.`);
      }
      // Another process was faster.
      if (!typesOf(error).includes('TOPIC_ALREADY_EXISTS')) throw error;
    }
  }

  private async storedRetention(topic: string): Promise<number> {
    const broker = await this.link.controller();
    const configNames = ['retention.ms', 'segment.ms'];
    const { resources } = await broker.describeConfigs({ resources: [{ type: TOPIC_RESOURCE, name: topic, configNames }] });
    const entries = resources[0]?.configEntries ?? [];
    const valueOf = (name: string): number => Number(entries.find(({ configName }) => configName === name)?.configValue ?? Number.NaN);
    const retentionMs = valueOf('retention.ms');
    return retentionMs < 0 ? Number.POSITIVE_INFINITY : retentionMs + valueOf('segment.ms');
  }

  private unreachable(cause: unknown): Error {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new Error(`Kafka could not be reached at ${this.brokers.join(', ')} (KAFKA_BROKERS): ${reason}`, { cause });
  }
}

function refuseLongRetention({ topic, keyWindowMs }: TopicSpec, keptMs: number): void {
  if (keyWindowMs === undefined || keptMs < keyWindowMs) return;
  throw new UnfitTopic(
    `The Kafka topic ${topic} keeps records for up to ${keptMs} ms (retention.ms and segment.ms together), which must be below ${keyWindowMs} ms: ` +
      'a command that came again after its key has been forgotten would be done twice.',
  );
}

/** The protocol's names of what failed: creating topics may fail once a topic. */
function typesOf(error: unknown): (string | undefined)[] {
  const errors = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  return errors.map(typeOf);
}
