// A member of a group in a process of its own, so that a test can kill it or make it stand still. Tells its parent what happens to it.
import { partitionOf } from '@agent-chat/kernel';
import { KafkaEventLog } from '../kafka-event-log';

interface Task {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly partitionCount: number;
}

async function work({ brokers, topic, group, partitionCount }: Task): Promise<void> {
  const log = await KafkaEventLog.open({ connection: { brokers, clientId: 'member' }, partitionCount, topics: [], replicationFactor: 1 });
  const tell = (event: string, partitions: readonly number[]): void => void process.send?.({ event, partitions });
  await log.subscribe({
    topic,
    group,
    startAt: 'beginning',
    commit: 'auto',
    onAssigned: async (partitions) => tell('assigned', partitions),
    onRevoked: async (partitions) => tell('revoked', partitions),
    onBatch: async ({ records }) =>
      tell(
        'handled',
        records.map(({ key }) => partitionOf(key, partitionCount)),
      ),
  });
  process.once('disconnect', () => process.exit());
}

process.once('message', (task: Task) => {
  work(task).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
