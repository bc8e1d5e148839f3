import { Database, type PhysicalDatabase } from '@agent-chat/database';
import { Gatherer, partitionOf } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type AccessRow } from './access-row';
import { askByShard, askReplica, type AskShard } from './shard-reader';
import { ACCESS_COLUMNS, accessJoins, rowsOf } from './sql';

/** Who asks about a room, and which of its messages have reactions of which some may be the asker's. */
export interface RoomLook {
  readonly roomId: string;
  readonly userId: string;
  readonly reactedIds: readonly string[];
}

/** What decides who may read the room and where it stands, and the asker's own reactions, all in one snapshot. */
export interface LookRow extends AccessRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly own: readonly (readonly [messageId: string, emoji: string])[];
}

const LOOK = `
SELECT r.room_id, asked.user_id, ${ACCESS_COLUMNS},
  (SELECT coalesce(json_agg(json_build_array(k.message_id, k.emoji)), '[]') FROM message_reactions k
    WHERE k.message_id = ANY($3::uuid[]) AND k.user_id = asked.user_id) AS own
FROM (SELECT DISTINCT * FROM ${rowsOf('$1::uuid[]', '$2::uuid[]')} AS given (room_id, user_id)) AS asked (room_id, user_id)
JOIN rooms r ON r.room_id = asked.room_id ${accessJoins('asked.user_id')}`;

const MOST_IN_ONE = 100;

/** Tells where rooms stand and who may read them, many in one statement when many are asked about at a time. */
@Injectable()
export class RoomLooks {
  private readonly gatherers = new Map<PhysicalDatabase, Gatherer<RoomLook, LookRow>>();

  constructor(private readonly database: Database) {}

  /** As it is on the primary at a moment after the call; undefined where there is no such room. */
  async onPrimary(look: RoomLook): Promise<LookRow | undefined> {
    const place = this.database.shard(partitionOf(look.roomId, this.database.partitionCount));
    const gatherer = this.gatherers.get(place) ?? new Gatherer<RoomLook, LookRow>((looks) => this.ask(looks), MOST_IN_ONE);
    this.gatherers.set(place, gatherer);
    return gatherer.load(look);
  }

  /** As a replica has it, where one is well and `isFresh` finds that new enough. */
  async onReplica({ roomId, userId, reactedIds }: RoomLook, isFresh: (row: LookRow) => boolean): Promise<LookRow | undefined> {
    const question = { sql: LOOK, parameters: [[roomId], [userId], reactedIds] };
    const rows = await askReplica<LookRow>(this.database, roomId, question, ([row]) => row !== undefined && isFresh(row));
    return rows?.[0];
  }

  private async ask(looks: readonly RoomLook[]): Promise<ReadonlyMap<RoomLook, LookRow>> {
    const rows = await askByShard(this.database, looks, ({ roomId }) => roomId, askTogether);
    const found = new Map(rows.map((row) => [`${row.room_id} ${row.user_id}`, row]));
    return new Map(
      looks.flatMap((look): [RoomLook, LookRow][] => {
        const row = found.get(`${look.roomId} ${look.userId}`);
        return row === undefined ? [] : [[look, row]];
      }),
    );
  }
}

async function askTogether(ask: AskShard, looks: readonly RoomLook[]): Promise<LookRow[]> {
  return ask<LookRow>(LOOK, [
    looks.map(({ roomId }) => roomId),
    looks.map(({ userId }) => userId),
    [...new Set(looks.flatMap(({ reactedIds }) => reactedIds))],
  ]);
}
