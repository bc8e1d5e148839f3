import { type BanRecord, type MemberRecord, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { cutPage, Database, decodePageToken, type Row } from '@agent-chat/database';
import { type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OPEN_KINDS, requireMember, requireModerator, requireReadable, requireVisible } from '../../application/read/room-access';
import { type AccessRow } from './access-row';
import { selectRooms, toRoom, type RoomRow } from './room-view';
import { askRoom } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins, jsonTime, rowsOf } from './sql';

const AfterUser = z.tuple([z.uuid()]);

// Access and list in one snapshot; `$1` is the room, `$2` the asker. Lists are ordered by person, which the primary keys give for free.
const listOf = (items: string): string => `
SELECT ${ACCESS_COLUMNS}, (SELECT coalesce(json_agg(item), '[]') FROM (${items}) item) AS items
FROM rooms r ${accessJoins('$2')} WHERE r.room_id = $1`;

const MEMBERS = listOf(`
  SELECT user_id AS "userId", role, ${jsonTime('joined_at')} AS "joinedAt", muted
  FROM members WHERE room_id = $1 AND ($3::uuid IS NULL OR user_id > $3) ORDER BY user_id LIMIT $4`);

const BANS = listOf(`
  SELECT user_id AS "userId", banned_by AS "bannedBy", ${jsonTime('banned_at')} AS "bannedAt", reason
  FROM bans WHERE room_id = $1 AND ($3::uuid IS NULL OR user_id > $3) ORDER BY user_id LIMIT $4`);

const INVITES = listOf('SELECT user_id AS "userId" FROM invites WHERE room_id = $1 ORDER BY user_id');

// As `mayRead`, for many people at once.
const READERS = `
SELECT a.user_id FROM ${rowsOf('$2::uuid[]')} AS a (user_id) JOIN rooms r ON r.room_id = $1
WHERE (r.kind = ANY($3) OR EXISTS (SELECT 1 FROM members m WHERE m.room_id = $1 AND m.user_id = a.user_id))
  AND NOT EXISTS (SELECT 1 FROM bans b WHERE b.room_id = $1 AND b.user_id = a.user_id)`;

interface ReaderRow extends Row {
  readonly user_id: UserId;
}
interface ListRow<Item> extends AccessRow {
  readonly items: Item[];
}
type StoredBan = Omit<BanRecord, 'reason'> & { readonly reason: string | null };

/** One room and who is in it. */
@Injectable()
export class RoomReader {
  constructor(private readonly database: Database) {}

  async get({ roomId, userId }: QueryInput<'room.get'>): Promise<QueryAnswer<'room.get'>> {
    const [row] = await this.ask<RoomRow>(roomId, `${selectRooms('rooms r', '$2')} WHERE r.room_id = $1`, [userId]);
    return { room: toRoom(requireVisible(row)) };
  }

  async members({ roomId, userId, cursor, limit }: QueryInput<'room.members'>): Promise<QueryAnswer<'room.members'>> {
    const [row] = await this.ask<ListRow<MemberRecord>>(roomId, MEMBERS, [userId, afterUser(cursor), limit + 1]);
    const { page, next } = cutPage(requireReadable(row).items, limit, (member) => [member.userId]);
    return { members: page, ...(next === undefined ? {} : { next }) };
  }

  async bans({ roomId, userId, cursor, limit }: QueryInput<'room.bans'>): Promise<QueryAnswer<'room.bans'>> {
    const [row] = await this.ask<ListRow<StoredBan>>(roomId, BANS, [userId, afterUser(cursor), limit + 1]);
    const { page, next } = cutPage(requireModerator(row).items, limit, (ban) => [ban.userId]);
    const bans = page.map(({ reason, ...ban }) => (reason === null ? ban : { ...ban, reason }));
    return { bans, ...(next === undefined ? {} : { next }) };
  }

  async invites({ roomId, userId }: QueryInput<'room.invites'>): Promise<QueryAnswer<'room.invites'>> {
    const [row] = await this.ask<ListRow<{ userId: UserId }>>(roomId, INVITES, [userId]);
    return { userIds: requireMember(row).items.map((item) => item.userId) };
  }

  async readers({ roomId, userIds }: QueryInput<'room.readers'>): Promise<QueryAnswer<'room.readers'>> {
    const rows = await this.ask<ReaderRow>(roomId, READERS, [userIds, OPEN_KINDS]);
    return { userIds: rows.map((row) => row.user_id) };
  }

  private async ask<R extends Row>(roomId: string, sql: string, parameters: readonly unknown[]): Promise<R[]> {
    return askRoom<R>(this.database, roomId, sql, [roomId, ...parameters]);
  }
}

function afterUser(cursor: string | undefined): string | undefined {
  return decodePageToken(cursor, AfterUser)?.[0];
}
