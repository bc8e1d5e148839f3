import { type KafkaLink } from './kafka-link';
import { type PartitionQueue } from './partition-queue';

/** The protocol counts them in 16 bits. */
const LAST_EPOCH = 32_767;

/** By what brokers tell a repetition from a new record: a producer's id, of which each partition has epochs of its own. */
export class ProducerIdentity {
  private asking: Promise<string> | undefined;
  private known: string | undefined;

  constructor(private readonly link: Pick<KafkaLink, 'anyBroker'>) {}

  /** Gives a queue the id, if there is one. A queue that has used up its epochs gets a new one as soon as there is. */
  give(queue: PartitionQueue): void {
    if (queue.epoch > LAST_EPOCH) {
      queue.producerId = undefined;
      queue.epoch = 0;
      this.known = undefined;
    }
    queue.producerId ??= this.known;
  }

  /** Asks a broker for an id, unless there is one. */
  async find(): Promise<void> {
    if (this.known !== undefined) return;
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    this.known = await this.asking;
  }

  private async ask(): Promise<string> {
    const broker = await this.link.anyBroker();
    const { producerId } = await broker.initProducerId({ transactionTimeout: 60_000 });
    return producerId;
  }
}
