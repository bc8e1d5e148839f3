import { type QueryAnswer, type QueryInput, type RoomHead } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { askByShard, askThoseThere } from './shard-reader';
import { mentionCount, rowsOf } from './sql';

const BADGES = `
SELECT a.user_id, a.room_id, r.last_seq AS head, coalesce(w.read_seq, 0) AS read_seq,
  greatest(r.posted_count - coalesce(w.read_count, 0), 0) AS unread_count, ${mentionCount('a.room_id', 'a.user_id', 'coalesce(w.read_seq, 0)')} AS mention_count
FROM ${rowsOf('$1::uuid[]', '$2::uuid[]')} AS a (user_id, room_id)
  JOIN rooms r ON r.room_id = a.room_id
  JOIN members m ON m.room_id = a.room_id AND m.user_id = a.user_id
  LEFT JOIN read_watermarks w ON w.room_id = a.room_id AND w.user_id = a.user_id`;

const HEADS = `
SELECT r.room_id, r.last_seq AS head, coalesce(p.epoch, 1) AS epoch
FROM rooms r LEFT JOIN partition_progress p ON p.partition = r.partition WHERE r.room_id = ANY($1::uuid[])`;

const ACTIVE = `SELECT room_id FROM rooms WHERE room_id = ANY($1::uuid[]) AND active_at > now() - $2 * interval '1 millisecond'`;

interface BadgeRow extends Row {
  readonly user_id: string;
  readonly room_id: RoomId;
  readonly head: number;
  readonly read_seq: number;
  readonly unread_count: number;
  readonly mention_count: number;
}
interface HeadRow extends Row {
  readonly room_id: RoomId;
  readonly head: number;
  readonly epoch: number;
}

/** How far rooms are, and how far people have read in them. */
@Injectable()
export class HeadReader {
  constructor(private readonly database: Database) {}

  async badges({ reads }: QueryInput<'heads.read'>): Promise<QueryAnswer<'heads.read'>> {
    const asked = reads.flatMap(({ userId, roomIds }) => roomIds.map((roomId) => ({ userId, roomId })));
    const heads = new Map<string, RoomHead[]>(reads.map(({ userId }) => [userId, []]));
    const rows = await askByShard(
      this.database,
      asked,
      ({ roomId }) => roomId,
      (ask, pairs) => ask<BadgeRow>(BADGES, [pairs.map(({ userId }) => userId), pairs.map(({ roomId }) => roomId)]),
    );
    for (const row of rows) heads.get(row.user_id)?.push(toHead(row));
    return { heads: [...heads].map(([userId, items]) => ({ userId: userId as UserId, heads: items })) };
  }

  /** Of rooms whose database is away nothing is said: those of the others are compared all the same. */
  async heads({ roomIds }: QueryInput<'rooms.heads'>): Promise<QueryAnswer<'rooms.heads'>> {
    const { rows } = await askThoseThere(
      this.database,
      roomIds,
      (roomId) => roomId,
      (ask, ids) => ask<HeadRow>(HEADS, [ids]),
    );
    return { rooms: rows.map(({ room_id, head, epoch }) => ({ roomId: room_id, head, epoch })) };
  }

  /** Of rooms whose database is away none is active: nobody writes there. */
  async active({ roomIds, withinMs }: QueryInput<'rooms.active'>): Promise<QueryAnswer<'rooms.active'>> {
    const { rows } = await askThoseThere(
      this.database,
      roomIds,
      (roomId) => roomId,
      (ask, ids) => ask<Pick<HeadRow, 'room_id'>>(ACTIVE, [ids, withinMs]),
    );
    return { roomIds: rows.map(({ room_id }) => room_id) };
  }
}

function toHead(row: BadgeRow): RoomHead {
  return { roomId: row.room_id, head: row.head, readSeq: row.read_seq, unreadCount: row.unread_count, mentionCount: row.mention_count };
}
