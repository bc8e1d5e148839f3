import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken, InstantText, type Row, StorableText } from '@agent-chat/database';
import { type RoomId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OPEN_KINDS } from '../../application/read/room-access';
import { PersonLogReader } from './person-log.reader';
import { selectRooms, toRoom, type RoomRow } from './room-view';
import { askAllShards } from './shard-reader';

const ActivityPlace = z.tuple([InstantText, z.uuid()]);
const NamePlace = z.tuple([StorableText, z.uuid()]);

// The page is cut before anything is looked up for each of its rooms. Those that one was invited to wait for an answer among them.
const MINE = `${selectRooms(
  `(SELECT r.* FROM (SELECT room_id FROM members WHERE user_id = $1 UNION SELECT room_id FROM invites WHERE user_id = $1) mine
    JOIN rooms r ON r.room_id = mine.room_id AND r.partition = ANY($5::int[])
    WHERE ($2::timestamptz IS NULL OR r.active_at < $2 OR (r.active_at = $2 AND r.room_id > $3::uuid))
    ORDER BY r.active_at DESC, r.room_id LIMIT $4) r`,
  '$1',
)} ORDER BY r.active_at DESC, r.room_id`;

/** Words as they are compared: without case, accents and other ways to write the same. ASCII has none of the latter, and takes a fifth of the time. */
const folded = (text: string): string =>
  `lower(CASE WHEN octet_length(${text}) = char_length(${text}) THEN ${text} ELSE regexp_replace(normalize(${text}, NFKD), '[\\u0300-\\u036f]', '', 'g') END)`;

// Written as the index `rooms_discover` needs it. A ban takes a room out of the list.
const DISCOVER = `${selectRooms(
  `(SELECT r.* FROM rooms r
    WHERE r.kind IN (${OPEN_KINDS.map((kind) => `'${kind}'`).join(', ')}) AND r.archived_at IS NULL AND r.partition = ANY($6::int[])
      AND ($2::text IS NULL OR (lower(r.name) COLLATE "C", r.room_id) > ($2, $3::uuid))
      AND ($4::text IS NULL OR strpos(${folded('r.name')}, ${folded('$4')}) > 0 OR strpos(${folded('r.topic')}, ${folded('$4')}) > 0)
      AND NOT EXISTS (SELECT 1 FROM bans WHERE bans.room_id = r.room_id AND bans.user_id = $1)
    ORDER BY lower(r.name) COLLATE "C", r.room_id LIMIT $5) r`,
  '$1',
)} ORDER BY lower(r.name) COLLATE "C", r.room_id`;

const MEMBER_OF = 'SELECT m.room_id FROM members m JOIN rooms r ON r.room_id = m.room_id WHERE m.user_id = $1 AND r.partition = ANY($2::int[])';

interface IdRow extends Row {
  readonly room_id: RoomId;
}

/** Lists of rooms, across all shards. */
@Injectable()
export class RoomListReader {
  constructor(
    private readonly database: Database,
    private readonly personLog: PersonLogReader,
  ) {}

  /** `rev` is read first: a change between the two makes the caller look again, never miss it (P32). */
  async mine({ userId, cursor, limit }: QueryInput<'rooms.mine'>): Promise<QueryAnswer<'rooms.mine'>> {
    const [activeAt, roomId] = decodePageToken(cursor, ActivityPlace) ?? [];
    const rev = await this.personLog.revOf(userId);
    const { rows, ...found } = await askAllShards(this.database, (ask, partitions) => ask<RoomRow>(MINE, [userId, activeAt, roomId, limit + 1, partitions]));
    rows.sort((one, other) => descending(one.active_place, other.active_place) || ascending(one.room_id, other.room_id));
    const { page, next } = cutPage(rows, limit, (row) => [row.active_place, row.room_id]);
    return { rooms: page.map(toRoom), rev, ...found, ...(next === undefined ? {} : { next }) };
  }

  async memberOf({ userId }: QueryInput<'rooms.memberOf'>): Promise<QueryAnswer<'rooms.memberOf'>> {
    const { rows, ...found } = await askAllShards(this.database, (ask, partitions) => ask<IdRow>(MEMBER_OF, [userId, partitions]));
    return { roomIds: rows.map((row) => row.room_id), ...found };
  }

  async discover({ userId, query, cursor, limit }: QueryInput<'rooms.discover'>): Promise<QueryAnswer<'rooms.discover'>> {
    const [name, roomId] = decodePageToken(cursor, NamePlace) ?? [];
    const wanted = query?.trim() === '' ? undefined : query?.trim();
    const { rows, ...found } = await askAllShards(this.database, (ask, partitions) =>
      ask<RoomRow>(DISCOVER, [userId, name, roomId, wanted, limit + 1, partitions]),
    );
    rows.sort((one, other) => Buffer.compare(Buffer.from(one.name_place), Buffer.from(other.name_place)) || ascending(one.room_id, other.room_id));
    const { page, next } = cutPage(rows, limit, (row) => [row.name_place, row.room_id]);
    return { rooms: page.map(toRoom), ...found, ...(next === undefined ? {} : { next }) };
  }
}

function ascending(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function descending(one: string, other: string): number {
  return ascending(other, one);
}
