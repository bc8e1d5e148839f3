import { Database, type Row } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';
import { KeptMessages, type RoomMoment } from '../../application/read/kept-messages';
import { toPageMessage } from '../../application/read/page-message';
import { messageJson, type MessageItem, toMessage } from './message-view';
import { askRoom } from './shard-reader';

/** Beyond this many events it is cheaper to read pages again. */
const MOST_EVENTS = 200;

const CHANGES = `
SELECT coalesce(p.epoch, 1) AS epoch, r.last_seq AS head, log.events,
  (SELECT coalesce(json_agg(${messageJson('NULL::uuid')}), '[]') FROM messages x WHERE x.room_id = $1 AND x.message_id = ANY(log.concerned)) AS messages
FROM rooms r LEFT JOIN partition_progress p ON p.partition = r.partition
CROSS JOIN LATERAL (
  SELECT count(*) AS events, array_agg((e.payload->>'messageId')::uuid) AS concerned
  FROM (SELECT payload FROM room_events WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT ${MOST_EVENTS}) e
) log
WHERE r.room_id = $1`;

interface ChangesRow extends Row, RoomMoment {
  /** How many there were. */
  readonly events: number;
  readonly messages: MessageItem[];
}

/** Brings what is kept of a room to the present by what its log says, once for all who wait for it. */
@Injectable()
export class RoomChangesReader {
  private readonly underWay = new Map<string, Promise<number>>();

  constructor(
    private readonly database: Database,
    private readonly kept: KeptMessages,
  ) {}

  /** Resolves with how many messages were read for it. What can't be brought forward is forgotten: that of another epoch, or too far behind. */
  async catchUp(roomId: string, from: RoomMoment): Promise<number> {
    const running = this.underWay.get(roomId) ?? this.read(roomId, from).finally(() => this.underWay.delete(roomId));
    this.underWay.set(roomId, running);
    return running;
  }

  private async read(roomId: string, from: RoomMoment): Promise<number> {
    const [row] = await askRoom<ChangesRow>(this.database, roomId, CHANGES, [roomId, from.head]);
    // Events are missing where there are too many, or a month of them has been archived.
    if (row?.epoch !== from.epoch || row.events !== row.head - from.head) {
      this.kept.forget(roomId);
      return 0;
    }
    const changed = row.messages.map((item) => toPageMessage(toMessage(item)));
    this.kept.change(roomId, from, row.head, changed);
    return changed.length;
  }
}
