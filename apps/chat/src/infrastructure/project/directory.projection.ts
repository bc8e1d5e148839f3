import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable, type Row } from '@agent-chat/database';
import { groupBy } from '@agent-chat/kernel';
import { type AfterCommit, type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { listChangesOf, type ListChange } from '../../application/project/list-changes';
import { ListChangeNotices } from '../../application/project/list-change-notices';
import { type PersonChanges } from '../../application/project/person-changes';

// In the order of their ids, so that batches of two partitions can't wait for each other. The epoch, which is the time of a restore, lifts a rev
// above whatever was told before: counted on from what the backup has, one would be told for the second time, and pass for known.
const COUNT = `
INSERT INTO user_revs AS stored (user_id, rev)
SELECT user_id, $3::bigint - 1 + changes FROM unnest($1::uuid[], $2::bigint[]) AS given (user_id, changes) ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET rev = greatest(stored.rev - ($3::bigint - 1), 0) + excluded.rev
RETURNING user_id, rev`;

const WRITE = `
INSERT INTO user_events (user_id, rev, room_id, change, at)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::timestamptz[])`;

interface RevRow extends Row {
  readonly user_id: string;
  readonly rev: number;
}

/**
 * People's own logs (P32): each change of somebody's room list counts 1. It can't be built again from zero, for clients have seen its `rev`s.
 * After a restore it says "look" anew, which is all it ever says.
 */
@Injectable()
export class DirectoryProjection implements Projection {
  readonly group = 'directory';

  constructor(
    private readonly databases: Database,
    private readonly notices: ListChangeNotices,
  ) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  concerns({ event }: LogEvent): boolean {
    return listChangesOf(event).length > 0;
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<AfterCommit | undefined> {
    const changes = events.flatMap(({ event }) => listChangesOf(event));
    const byPerson = groupBy(changes, ({ userId }) => userId);
    if (byPerson.size === 0) return undefined;
    const people = await this.count(connection, byPerson, Math.max(...events.map(({ event }) => event.epoch)));
    await this.write(connection, people);
    return () => this.notices.publish(people);
  }

  private async count(connection: Queryable, byPerson: ReadonlyMap<string, ListChange[]>, epoch: number): Promise<PersonChanges[]> {
    const rows = await connection.query<RevRow>(COUNT, [[...byPerson.keys()], [...byPerson.values()].map((changes) => changes.length), epoch]);
    return rows.map(({ user_id, rev }) => ({ userId: user_id, rev, changes: byPerson.get(user_id) ?? [] }));
  }

  private async write(connection: Queryable, people: readonly PersonChanges[]): Promise<void> {
    const rows = people.flatMap(({ rev, changes }) => changes.map((change, index) => ({ ...change, rev: rev - changes.length + index + 1 })));
    const column = <Key extends keyof (typeof rows)[number]>(key: Key) => rows.map((row) => row[key]);
    await connection.query(WRITE, [column('userId'), column('rev'), column('roomId'), column('change'), column('at')]);
  }
}
