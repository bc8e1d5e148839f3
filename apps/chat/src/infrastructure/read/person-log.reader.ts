import { type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

const EVENTS = `
SELECT coalesce((SELECT rev FROM user_revs WHERE user_id = $1), 0) AS rev,
  (SELECT coalesce(json_agg(json_build_object('rev', e.rev, 'roomId', e.room_id, 'change', e.change)), '[]')
    FROM (SELECT rev, room_id, change FROM user_events WHERE user_id = $1 AND rev > $2 ORDER BY rev LIMIT $3) e) AS changes`;

interface RevRow extends Row {
  readonly user_id: UserId;
  readonly rev: number;
}
interface EventsRow extends Row {
  readonly rev: number;
  readonly changes: { rev: number; roomId: RoomId; change: string }[];
}

/** People's own logs: what changed in their room lists (P32). */
@Injectable()
export class PersonLogReader {
  constructor(private readonly database: Database) {}

  async revOf(userId: string): Promise<number> {
    const [row] = await this.database.directory().query<RevRow>('SELECT user_id, rev FROM user_revs WHERE user_id = $1', [userId]);
    return row?.rev ?? 0;
  }

  async revs({ userIds }: QueryInput<'users.revs'>): Promise<QueryAnswer<'users.revs'>> {
    const rows = await this.database.directory().query<RevRow>('SELECT user_id, rev FROM user_revs WHERE user_id = ANY($1)', [userIds]);
    const known = new Map<string, number>(rows.map((row) => [row.user_id, row.rev]));
    return { revs: userIds.map((userId) => ({ userId: userId as UserId, rev: known.get(userId) ?? 0 })) };
  }

  async events({ userId, afterRev, limit }: QueryInput<'user.events'>): Promise<QueryAnswer<'user.events'>> {
    const [row] = await this.database.directory().query<EventsRow>(EVENTS, [userId, afterRev, limit + 1]);
    const changes = row?.changes ?? [];
    return { rev: row?.rev ?? 0, changes: changes.slice(0, limit), more: changes.length > limit };
  }
}
