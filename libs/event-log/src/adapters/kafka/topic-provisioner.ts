import { StartError } from '@agent-chat/kernel';
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
  /** Told of each failure that is tried again, in words for the operator. */
  readonly onWaiting?: (line: string) => void;
}

const TOPIC_RESOURCE = 2;
const LONGEST_RETRY_MS = 2_000;
const CREATE_TIMEOUT_MS = 10_000;
/** So often in a row a log-in is refused before it counts: a broker that is only starting doesn't know its users yet. */
const REFUSED_LOGINS = 5;

class NotReadyYet extends Error {}

/** Makes the topics that are missing and refuses those that don't fit. Safe when many processes start at once. */
export class TopicProvisioner {
  constructor(
    private readonly link: KafkaLink,
    private readonly brokers: readonly string[],
    private readonly options: ProvisionOptions,
  ) {}

  /** Resolves when every topic is there. Rejects with `StartError`, or when the brokers are not fit in time. */
  async provide(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) refuseLongRetention(spec, spec.retentionMs + spec.segmentMs);
    const { startTimeoutMs, onWaiting } = this.options;
    const deadline = performance.now() + startTimeoutMs;
    let refusals = 0;
    for (let failures = 1; ; failures++) {
      try {
        for (const spec of specs) await this.provideOne(spec);
        return;
      } catch (error) {
        refusals = isRefusedLogin(error) ? refusals + 1 : 0;
        const reason = this.reasonOf(error, refusals);
        if (reason instanceof StartError || performance.now() >= deadline) throw reason;
        onWaiting?.(reason.message);
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
      if (count === 0) throw new NotReadyYet(`The Kafka topic ${spec.topic} has been made, but not all brokers know it yet`);
    }
    if (count !== partitionCount) {
      throw new StartError(
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
        throw new NotReadyYet(
          `The Kafka topic ${topic} wants ${replicationFactor} copies (KAFKA_REPLICATION_FACTOR), but fewer brokers are up: start the others, or lower it.`,
          { cause: error },
        );
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

  /** A `StartError` where no waiting helps. */
  private reasonOf(error: unknown, refusals: number): Error {
    if (error instanceof StartError || error instanceof NotReadyYet) return error;
    if (refusals === REFUSED_LOGINS) return refusedLogin(error);
    return new Error(`Kafka could not be reached at ${this.brokers.join(', ')} (KAFKA_BROKERS): ${wordsOf(error)}`, { cause: error });
  }
}

function isRefusedLogin(error: unknown): boolean {
  return error instanceof Error && (error.name === 'KafkaJSSASLAuthenticationError' || isRefusedLogin(error.cause));
}

function refusedLogin(cause: unknown): StartError {
  const settings = 'KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM';
  return new StartError(`Kafka refuses the log-in (${wordsOf(cause)}): correct what is wrong of ${settings}.`, cause);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refuseLongRetention({ topic, keyWindowMs }: TopicSpec, keptMs: number): void {
  if (keyWindowMs === undefined || keptMs < keyWindowMs) return;
  throw new StartError(
    `The Kafka topic ${topic} keeps records for up to ${keptMs} ms (retention.ms and segment.ms together), which must be below ${keyWindowMs} ms: ` +
      'a command that came again after its key has been forgotten would be done twice.',
  );
}

/** The protocol's names of what failed: creating topics may fail once a topic. */
function typesOf(error: unknown): (string | undefined)[] {
  const errors = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];
  return errors.map(typeOf);
}
