import { EVENTS_TOPIC, type LogEvent } from '@agent-chat/contracts';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { SystemClock } from '@agent-chat/kernel';
import { type Reading } from './reading';

export function openEventLog(reading: Reading): InMemoryEventLog {
  return new InMemoryEventLog({ partitionCount: reading.database.partitionCount, clock: new SystemClock() });
}

/** Everything that a partition's log holds after a position. */
export async function storedEvents(reading: Reading, partition: number, afterPosition = 0): Promise<LogEvent[]> {
  return (await reading.ask('partition.events', { partition, afterPosition, limit: 1_000 })).events;
}

/** Puts events on the event topic, as a partition's owner does after its commit. */
export async function publish(log: InMemoryEventLog, events: readonly LogEvent[]): Promise<void> {
  await log.append(
    EVENTS_TOPIC,
    events.map((event) => ({ key: event.event.roomId, value: JSON.stringify(event), headers: {} })),
  );
}
