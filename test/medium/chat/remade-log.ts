import { type Consumption, EventLog, type LogRange, type LogRecord, type RecordPosition, type Subscription } from '@agent-chat/event-log';
import { PARTITIONS } from './calls';
import { newLog } from './write-rig';

/** A log that somebody removes and makes anew, empty: its members go on in the new one from the first record, and nobody tells them. */
export class RemadeLog extends EventLog {
  override readonly partitionCount = PARTITIONS;
  private current = newLog();
  private readonly followers: (() => Promise<void>)[] = [];

  async remake(): Promise<void> {
    this.current = newLog();
    for (const follow of this.followers) await follow();
  }

  override append(topic: string, records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    return this.current.append(topic, records);
  }

  override async subscribe(subscription: Subscription): Promise<Consumption> {
    let isTold = true;
    const onRevoked = (partitions: readonly number[]) => (isTold ? subscription.onRevoked?.(partitions) : undefined) ?? Promise.resolve();
    let real = await this.current.subscribe({ ...subscription, onRevoked });
    this.followers.push(async () => {
      isTold = false;
      await real.stop();
      const { onAssigned: _, ...silent } = subscription;
      real = await this.current.subscribe(silent);
    });
    return {
      assigned: () => real.assigned(),
      pause: (partition) => real.pause(partition),
      resume: (partition) => real.resume(partition),
      seek: (partition, offset) => real.seek(partition, offset),
      commit: (partition, nextOffset) => real.commit(partition, nextOffset),
      committed: (partition) => real.committed(partition),
      stop: () => real.stop(),
    };
  }

  override read(topic: string, partition: number, fromOffset: number, limit: number): Promise<LogRange> {
    return this.current.read(topic, partition, fromOffset, limit);
  }

  override close(): Promise<void> {
    return this.current.close();
  }
}
