import { type LogEvent, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { AppError, type AttachmentId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { roomEventOf, type LoggedEvent } from '../../domain/room-event-view';
import { askPartition } from './shard-reader';
import { ERASED_ATTACHMENT_IDS, EVENT_FIELDS } from './sql';

const LOG = `
SELECT p.epoch, p.position, (
  SELECT coalesce(json_agg(json_build_object('position', e.position, 'erasedAttachmentIds', ${ERASED_ATTACHMENT_IDS}, ${EVENT_FIELDS}) ORDER BY e.position), '[]')
  FROM (SELECT * FROM room_events WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3) e) AS events
FROM partition_progress p WHERE p.partition = $1`;

interface LogRow extends Row {
  readonly epoch: number;
  readonly position: number;
  readonly events: (LoggedEvent & { readonly position: number; readonly erasedAttachmentIds: AttachmentId[] | null })[];
}

/** A whole partition's log, for consumers that missed something (P19). */
@Injectable()
export class PartitionLogReader {
  constructor(private readonly database: Database) {}

  async events({ partition, afterPosition, limit }: QueryInput<'partition.events'>): Promise<QueryAnswer<'partition.events'>> {
    if (partition >= this.database.partitionCount) throw new AppError('NOT_FOUND', { detail: 'There is no such partition' });
    const [row] = await askPartition<LogRow>(this.database, partition, LOG, [partition, afterPosition, limit]);
    if (row === undefined) return { epoch: 1, lastPosition: 0, events: [] };
    const events = row.events.map(({ position, erasedAttachmentIds, ...event }): LogEvent => ({
      partition,
      position,
      event: roomEventOf(event),
      ...(erasedAttachmentIds === null ? {} : { erasedAttachmentIds }),
    }));
    return { epoch: row.epoch, lastPosition: row.position, events };
  }
}
