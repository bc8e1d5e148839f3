// What this imports takes a timer away from kafkajs that wakes a thousand times a second; here too.
import '@agent-chat/event-log/adapters/kafka';
import { type Consumer, Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs';

const MAX_WAIT_MS = 250;

/** kafkajs as it is, told to do as little as it can: everything that waits goes in one request, one request at a time, uncompressed; nothing is retried. */
export class BareKafka {
  private readonly producer: Producer;
  private readonly consumers: Consumer[] = [];
  private waiting = new Map<string, Message[]>();
  private flushing: Promise<void> | undefined;

  private constructor(private readonly kafka: Kafka) {
    this.producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
  }

  /** Resolves when the topics are there, which are made. */
  static async open(brokers: string, topics: readonly string[], numPartitions: number): Promise<BareKafka> {
    const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'limit', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions, replicationFactor: 1 })) });
    await admin.disconnect();
    const bare = new BareKafka(kafka);
    await bare.producer.connect();
    return bare;
  }

  /** Leaves with the next request, when the one before is answered. Resolves once they, and all that came meanwhile, are stored. */
  append(topic: string, messages: readonly Message[]): Promise<void> {
    const waiting = this.waiting.get(topic);
    if (waiting === undefined) this.waiting.set(topic, [...messages]);
    else waiting.push(...messages);
    this.flushing ??= this.flush();
    return this.flushing;
  }

  /** Resolves once the partitions are assigned, all of them to this one. */
  async consume(topic: string, onValues: (partition: number, values: readonly string[]) => void): Promise<void> {
    const consumer = this.kafka.consumer({ groupId: `limit-${topic}`, maxWaitTimeInMs: MAX_WAIT_MS });
    this.consumers.push(consumer);
    const joined = new Promise<void>((resolve) => void consumer.on('consumer.group_join', () => resolve()));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset }) => {
        onValues(
          batch.partition,
          batch.messages.map(({ value }) => (value ?? '').toString()),
        );
        resolveOffset(batch.lastOffset());
      },
    });
    await joined;
  }

  async close(): Promise<void> {
    await this.flushing;
    await Promise.all([this.producer.disconnect(), ...this.consumers.map((consumer) => consumer.disconnect())]);
  }

  private async flush(): Promise<void> {
    // With what this turn of the event loop still brings.
    await new Promise((next) => setImmediate(next));
    while (this.waiting.size > 0) {
      const topicMessages = [...this.waiting].map(([topic, messages]) => ({ topic, messages }));
      this.waiting = new Map();
      await this.producer.sendBatch({ acks: -1, topicMessages });
    }
    this.flushing = undefined;
  }
}
