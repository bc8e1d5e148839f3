import { closeCluster, type KafkaConnectionOptions, openCluster } from './kafkajs';
import { type KafkaBroker, type KafkaCluster } from './kafkajs-types';

/** One set of connections to the brokers, and what they say about who leads what. Connects by itself, as often as it takes. */
export class KafkaLink {
  private readonly cluster: KafkaCluster;
  private readonly topics = new Set<string>();
  private readonly leaders = new Map<string, ReadonlyMap<number, number>>();
  private readonly counts = new Map<string, number>();
  private refreshing: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: KafkaConnectionOptions) {
    this.cluster = openCluster(options);
  }

  /** The node that leads a partition as far as is known; undefined if it isn't, or if nobody does. */
  leaderOf(topic: string, partition: number): number | undefined {
    return this.leaders.get(topic)?.get(partition);
  }

  /** How many partitions a topic has; 0 if there is no such topic. */
  async partitionCountOf(topic: string): Promise<number> {
    this.topics.add(topic);
    await this.refresh();
    return this.counts.get(topic) ?? 0;
  }

  /** A connected broker. Rejects if it can't be connected: then nothing has been sent to it. */
  async broker(nodeId: number): Promise<KafkaBroker> {
    this.refuseIfClosed();
    return this.cluster.findBroker({ nodeId });
  }

  async leader(topic: string, partition: number): Promise<KafkaBroker> {
    if (this.leaderOf(topic, partition) === undefined) await this.discover(topic);
    const nodeId = this.leaderOf(topic, partition);
    if (nodeId === undefined) throw new Error(`Partition ${partition} of ${topic} has no leader`);
    return this.broker(nodeId);
  }

  async anyBroker(): Promise<KafkaBroker> {
    await this.connect();
    const nodes = this.cluster.getNodeIds();
    if (nodes.length === 0) await this.refresh();
    for (const nodeId of this.cluster.getNodeIds()) {
      try {
        return await this.cluster.findBroker({ nodeId });
      } catch {
        // The next one may be up.
      }
    }
    throw new Error('No broker answers');
  }

  async controller(): Promise<KafkaBroker> {
    await this.refresh();
    return this.cluster.findControllerBroker();
  }

  async coordinator(groupId: string): Promise<KafkaBroker> {
    await this.connect();
    if (this.cluster.getNodeIds().length === 0) await this.refresh();
    return this.cluster.findGroupCoordinator({ groupId });
  }

  /** Learns who leads the topic's partitions now. */
  async discover(topic: string): Promise<void> {
    this.topics.add(topic);
    await this.refresh();
  }

  /** Asks anew who leads what; calls that come meanwhile share the answer. */
  refresh(): Promise<void> {
    this.refreshing ??= this.load().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  close(): Promise<void> {
    this.closing ??= closeCluster(this.cluster);
    return this.closing;
  }

  private async load(): Promise<void> {
    await this.connect();
    await this.cluster.addMultipleTargetTopics([...this.topics]);
    await this.cluster.refreshMetadata();
    for (const { topic, partitionMetadata } of this.cluster.brokerPool.metadata?.topicMetadata ?? []) {
      const led = partitionMetadata.filter(({ leader }) => leader >= 0);
      this.leaders.set(topic, new Map(led.map(({ partitionId, leader }) => [partitionId, leader])));
      this.counts.set(topic, partitionMetadata.length);
    }
  }

  private async connect(): Promise<void> {
    this.refuseIfClosed();
    await this.cluster.connect();
  }

  private refuseIfClosed(): void {
    if (this.closing) throw new Error('The connection is closed');
  }
}
