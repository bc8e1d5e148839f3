import { SystemClock } from '@agent-chat/kernel';
import { type Consumption, EventLog, type LogRange, type LogRecord, type RecordPosition, type Subscription } from '../../event-log.port';
import { GroupCoordinator, type GroupTimes } from './group-coordinator';
import { type AppendLimits, KafkaAppender } from './kafka-appender';
import { unavailable } from './kafka-errors';
import { KafkaGroupMember } from './kafka-group-member';
import { type KafkaHooks } from './kafka-hooks';
import { KafkaLink } from './kafka-link';
import { type KafkaConnectionOptions } from './kafkajs';
import { MemberStays } from './member-stays';
import { PartitionReader } from './partition-reader';
import { TopicProvisioner, type TopicSpec } from './topic-provisioner';

export interface KafkaEventLogOptions extends Partial<AppendLimits>, Partial<GroupTimes> {
  readonly connection: KafkaConnectionOptions;
  readonly partitionCount: number;
  /** Made when the log is opened, unless they are there. */
  readonly topics: readonly TopicSpec[];
  readonly replicationFactor: number;
  readonly hooks?: KafkaHooks;
  /** How long `open` waits for brokers. */
  readonly startTimeoutMs?: number;
  /** Told why `open` waits, each time that it tries again. */
  readonly onWaiting?: (line: string) => void;
  /** How long `read`, `commit` and `committed` are tried. */
  readonly requestDeadlineMs?: number;
  /** How many records a handler gets at once, and how many are fetched ahead of it a partition. */
  readonly maxBatchRecords?: number;
  readonly maxAheadRecords?: number;
}

const DEFAULTS = {
  appendTimeoutMs: 5_000,
  appendGatherMs: 4,
  maxBufferedRecords: 20_000,
  maxBufferedBytes: 32 * 1_024 * 1_024,
  maxRequestRecords: 500,
  maxRequestBytes: 512 * 1_024,
  sessionTimeoutMs: 6_000,
  heartbeatMs: 1_000,
  rebalanceTimeoutMs: 5_000,
  startTimeoutMs: 60_000,
  requestDeadlineMs: 5_000,
  maxBatchRecords: 500,
  maxAheadRecords: 1_000,
};

type Settings = Required<Omit<KafkaEventLogOptions, 'hooks' | 'onWaiting'>> & Pick<KafkaEventLogOptions, 'onWaiting'> & { readonly hooks: KafkaHooks };

/** An event log on Apache Kafka. Each consumption has connections of its own, so that no group waits behind another's requests. */
export class KafkaEventLog extends EventLog {
  override readonly partitionCount: number;
  private readonly settings: Settings;
  private readonly link: KafkaLink;
  private readonly readLink: KafkaLink;
  private readonly appender: KafkaAppender;
  private readonly reader: PartitionReader;
  private readonly members = new Set<KafkaGroupMember>();
  private closing: Promise<void> | undefined;

  private constructor(options: KafkaEventLogOptions) {
    super();
    this.settings = { ...DEFAULTS, hooks: {}, ...options };
    this.partitionCount = options.partitionCount;
    this.link = new KafkaLink(options.connection);
    this.readLink = new KafkaLink(options.connection);
    this.appender = new KafkaAppender(this.link, this.partitionCount, this.settings, this.settings.hooks, new SystemClock());
    this.reader = new PartitionReader(this.readLink, this.settings.requestDeadlineMs);
  }

  /** Resolves when the brokers answer and the topics are there. Rejects, leaving nothing open, with a message for the operator. */
  static async open(options: KafkaEventLogOptions): Promise<KafkaEventLog> {
    const log = new KafkaEventLog(options);
    try {
      await new TopicProvisioner(log.readLink, options.connection.brokers, log.settings).provide(options.topics);
      return log;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  override async append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    return this.appender.append(topic, records);
  }

  override async subscribe(subscription: Subscription): Promise<Consumption> {
    this.refuseIfClosed();
    const { topic, startAt } = subscription;
    const all = Array.from({ length: this.partitionCount }, (_, partition) => partition);
    const startOffsets = startAt === 'end' ? await this.reader.endOffsets(topic, all) : undefined;
    const member = this.newMember(subscription, startOffsets);
    this.members.add(member);
    await member.start();
    this.refuseIfClosed();
    return member;
  }

  override async read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    this.refuseIfClosed();
    if (partition < 0 || partition >= this.partitionCount) throw new RangeError(`There is no partition ${partition}`);
    return this.reader.read(topic, partition, fromOffset, limit);
  }

  override close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // Together: members may append while they let their partitions go, but nothing new begins.
    await Promise.all([this.appender.close(), ...[...this.members].map((member) => member.stop())]);
    await Promise.all([this.link.close(), this.readLink.close()]);
  }

  private newMember(subscription: Subscription, startOffsets: ReadonlyMap<number, number> | undefined): KafkaGroupMember {
    const { connection, requestDeadlineMs: commitTimeoutMs, maxBatchRecords, maxAheadRecords, hooks } = this.settings;
    const { topic, group } = subscription;
    const link = new KafkaLink(connection);
    // One group a topic: members of one topic don't disturb those of another, although they share a name.
    const coordinator = new GroupCoordinator(link, `${group}.${topic}`, topic, this.partitionCount, this.settings);
    const stays = new MemberStays(subscription, {
      ...{ link, coordinator, reader: this.reader, hooks, commitTimeoutMs, maxBatchRecords, maxAheadRecords },
      startOffsets,
    });
    const member: KafkaGroupMember = new KafkaGroupMember(subscription, coordinator, stays, this.settings, async () => {
      this.members.delete(member);
      await link.close();
    });
    return member;
  }

  private refuseIfClosed(): void {
    if (this.closing) throw unavailable('The event log is closed');
  }
}
