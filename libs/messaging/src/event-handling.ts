import { type LogEvent } from '@agent-chat/contracts';

/** What a consumer group does with events of a partition, and how it remembers how far it is. */
export interface EventHandling {
  /** The position of the last handled event of a partition; 0 before the first. */
  position(partition: number): Promise<number>;
  /**
   * Handles events in order, all beyond `previous`, and moves the position past them. Rejects for an outage, or with `PositionMovedError`:
   * then any prefix of them may have been handled. What can't be handled at all is dead-lettered and counts as handled (P20).
   */
  handle(events: readonly LogEvent[], previous: number): Promise<void>;
}
