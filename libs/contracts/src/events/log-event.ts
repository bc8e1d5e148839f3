import { type AttachmentId } from '@agent-chat/kernel';
import { type RoomEvent } from './room-events';

/** The topic of what happened; keyed by room. */
export const EVENTS_TOPIC = 'chat.events.v1';

/** A record of the event topic: the event and where it lies in its partition's log in Postgres (P19). */
export interface LogEvent {
  readonly partition: number;
  /** Grows by 1 for each event of the partition. */
  readonly position: number;
  readonly event: RoomEvent;
  /** The attachments of a message that was deleted since, which its event no longer says. */
  readonly erasedAttachmentIds?: AttachmentId[];
}
