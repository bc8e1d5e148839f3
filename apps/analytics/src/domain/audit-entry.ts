import { type LogEvent } from '@agent-chat/contracts';

/** One line of the audit trail, as the function that appends it reads it. */
export interface NewAuditEntry {
  readonly position: number;
  readonly epoch: number;
  readonly room_id: string;
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly actor_id: string | undefined;
  /** The message or the person concerned; absent when it is the room itself. */
  readonly subject_id: string | undefined;
}

/** What the audit trail keeps of an event: nothing that somebody wrote. `undefined` for one without a time. */
export function auditEntryOf({ position, event }: LogEvent): NewAuditEntry | undefined {
  const { roomId, seq, epoch, type, actorId, at, data = {} } = event;
  if (at === undefined) return undefined;
  const subject = data['messageId'] ?? data['userId'];
  return { position, epoch, room_id: roomId, seq, type, at, actor_id: actorId, subject_id: typeof subject === 'string' ? subject : undefined };
}
