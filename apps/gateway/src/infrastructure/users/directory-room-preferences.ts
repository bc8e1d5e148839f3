import { type RoomNotify, type RoomPreference } from '@agent-chat/contracts';
import { Clock, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { RoomPreferences } from '../../application/room-preferences';
import { DirectoryQueries } from '../auth/directory-queries';

const OF = 'select room_id as "roomId", notify from room_preferences where user_id = $1 order by chosen_at desc, room_id limit 1000';
const FORGET = 'delete from room_preferences where user_id = $1 and room_id = $2';
const CHOOSE = `insert into room_preferences (user_id, room_id, notify, chosen_at) values ($1, $2, $3, $4)
  on conflict (user_id, room_id) do update set notify = excluded.notify, chosen_at = excluded.chosen_at`;

interface PreferenceRow extends Record<string, unknown> {
  readonly roomId: RoomId;
  readonly notify: RoomNotify;
}

/** What people want of single rooms, in the directory database. */
@Injectable()
export class DirectoryRoomPreferences extends RoomPreferences {
  constructor(
    private readonly queries: DirectoryQueries,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async of(userId: UserId): Promise<readonly RoomPreference[]> {
    return this.queries.query<PreferenceRow>(OF, [userId]);
  }

  override async choose(userId: UserId, roomId: RoomId, notify: RoomNotify | null): Promise<void> {
    if (notify === null) await this.queries.query(FORGET, [userId, roomId]);
    else await this.queries.query(CHOOSE, [userId, roomId, notify, new Date(this.clock.nowMs())]);
  }
}
