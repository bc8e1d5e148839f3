import { type LogEvent } from '@agent-chat/contracts';

/** One line of the audit trail. */
export interface AuditEntry {
  readonly partition: number;
  readonly position: number;
  readonly roomId: string;
  readonly seq: number;
  readonly epoch: number;
  readonly type: string;
  readonly actorId: string | undefined;
  /** The message or the person concerned; absent when it is the room itself. */
  readonly subjectId: string | undefined;
  readonly at: string;
}

/** What the audit trail keeps of an event: nothing that somebody wrote. `undefined` for one without a time. */
export function auditEntryOf({ partition, position, event }: LogEvent): AuditEntry | undefined {
  const { roomId, seq, epoch, type, actorId, at, data = {} } = event;
  if (at === undefined) return undefined;
  const subject = data['messageId'] ?? data['userId'];
  return { partition, position, roomId, seq, epoch, type, actorId, subjectId: typeof subject === 'string' ? subject : undefined, at };
}
