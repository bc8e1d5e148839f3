import { type Attachment, type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { type AfterCommit, type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { FileUpkeep } from '../application/file-upkeep';

// A file that a message has stays, until the message is deleted: also where the event no longer says what the message had.
const ATTACH = `
UPDATE attachments stored SET message_id = given.message_id, expires_at = NULL
FROM unnest($1::uuid[], $2::uuid[]) AS given (attachment_id, message_id)
WHERE stored.attachment_id = given.attachment_id AND stored.state = 'ready'`;

const ERASE = `UPDATE attachments SET state = 'erased', expires_at = now() WHERE message_id = ANY($1::uuid[]) AND state = 'ready'`;

/** Which message has which file, and that files go with their message. */
@Injectable()
export class LifecycleProjection implements Projection {
  readonly group = 'storage';
  readonly gatherMs = 1_000;

  constructor(
    private readonly databases: Database,
    private readonly upkeep: FileUpkeep,
  ) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  concerns(event: LogEvent): boolean {
    return event.event.type === 'message.deleted' || attachmentIdsOf(event).length > 0;
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<AfterCommit | undefined> {
    const posted = events.flatMap((each) => attachmentIdsOf(each).map((attachmentId) => ({ attachmentId, messageId: each.event.data?.['messageId'] })));
    if (posted.length > 0) await connection.query(ATTACH, [posted.map(({ attachmentId }) => attachmentId), posted.map(({ messageId }) => messageId)]);
    const deleted = events.filter(({ event }) => event.type === 'message.deleted').map(({ event }) => event.data?.['messageId']);
    if (deleted.length === 0) return undefined;
    await connection.query(ERASE, [deleted]);
    return async () => {
      this.upkeep.wake();
    };
  }

  async clear(): Promise<void> {
    // What was learnt of a file stays true.
  }
}

function attachmentIdsOf({ event: { type, data }, erasedAttachmentIds = [] }: LogEvent): readonly string[] {
  if (type !== 'message.posted') return [];
  const attachments = (data?.['attachments'] ?? []) as Attachment[];
  return [...attachments.map(({ attachmentId }) => attachmentId), ...erasedAttachmentIds];
}
