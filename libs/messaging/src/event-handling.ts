import { type LogEvent } from '@agent-chat/contracts';
import { type EventPlace } from './dead-events';

/** What a consumer group does with events of a partition, and how it remembers how far it is. */
export interface EventHandling {
  /** The position of the last handled event of a partition; 0 before the first. */
  position(partition: number): Promise<number>;
  /** Those of these partitions whose stored position has gone back by itself: the server has forgotten commits, and their events have to come again. Rejects for an outage. */
  forgotten?(partitions: readonly number[]): Promise<readonly number[]>;
  /**
   * Handles events in order, all beyond `previous`, and moves the position past them. Rejects for an outage, or with `PositionMovedError`:
   * then any prefix of them may have been handled. What can't be handled at all is dead-lettered and counts as handled (P20).
   */
  handle(events: readonly LogEvent[], previous: number): Promise<void>;
}

/** What a consumer group does with events that it went past without handling them (P20). */
export interface DeadEventHandling {
  /** Dead letters of these partitions that an operator wants handled again. */
  asked(partitions: readonly number[]): Promise<readonly EventPlace[]>;
  /** Handles one of them again, outside the position check (P20): then it is no dead letter any more, or one with a new cause. Rejects for an outage. */
  replay(place: EventPlace, event: LogEvent | undefined): Promise<void>;
}
