import { Cache } from '@agent-chat/cache';
import { profileKey, type User } from '@agent-chat/contracts';
import { cutPage, decodePageToken } from '@agent-chat/database';
import { AppError, Gatherer, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type ProfileChange, UserDirectory, type UserPage, type UserSearch } from '../../application/user-directory';
import { searchName } from '../../domain/users/search-name';
import { DirectoryQueries } from '../auth/directory-queries';
import { toUser } from './to-user';

const TTL_MS = 60_000;

const AfterUsername = z.tuple([z.string().regex(/^[a-z0-9._-]{1,64}$/)]);

interface UserRow extends Record<string, unknown> {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly bot: boolean;
}

const COLUMNS = 'user_id as "userId", username, display_name as "displayName", avatar_url as "avatarUrl", bot';
const BY_IDS = `select ${COLUMNS} from users where user_id = any($1::uuid[])`;
const EVERYBODY = `select ${COLUMNS} from users where username > $1 order by username limit $2`;
// Each half is served by its own index; an OR over both would read all users in order of their names.
const BY_PREFIX = `select * from (
    (select ${COLUMNS} from users where username > $1 and username like $3 order by username limit $2)
    union
    (select ${COLUMNS} from users where username > $1 and search_name like $3 order by username limit $2)
  ) as found order by username limit $2`;
const CHANGE = `update users set
    display_name = coalesce($2, display_name),
    search_name = coalesce($3, search_name),
    avatar_url = case when $4 then $5 else avatar_url end
  where user_id = $1 returning ${COLUMNS}`;

/** The people in the directory database; profiles are kept for a minute. */
@Injectable()
export class DirectoryUsers extends UserDirectory {
  private readonly batch = new Gatherer((userIds: readonly UserId[]) => this.read(userIds));

  constructor(
    private readonly queries: DirectoryQueries,
    private readonly cache: Cache,
  ) {
    super();
  }

  override async profiles(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, User>> {
    const loaded = await Promise.all(
      [...new Set(userIds)].map((id) => this.cache.getOrLoad(profileKey(id), TTL_MS, async () => (await this.batch.load(id)) ?? null)),
    );
    return new Map(loaded.flatMap((user): [UserId, User][] => (user === null ? [] : [[user.userId, user]])));
  }

  override async current(userIds: readonly UserId[]): Promise<readonly User[]> {
    return [...(await this.read(userIds)).values()];
  }

  override async missing(userIds: readonly UserId[]): Promise<readonly UserId[]> {
    const found = await this.profiles(userIds);
    return [...new Set(userIds)].filter((id) => !found.has(id));
  }

  override async find({ prefix = '', cursor, limit }: UserSearch): Promise<UserPage> {
    const [after = ''] = decodePageToken(cursor, AfterUsername) ?? [];
    const wanted = searchName(prefix.trim());
    // One more than asked for tells whether there is another page.
    const rows =
      wanted === ''
        ? await this.queries.query<UserRow>(EVERYBODY, [after, limit + 1])
        : await this.queries.query<UserRow>(BY_PREFIX, [after, limit + 1, `${escapeLike(wanted)}%`]);
    const { page, next } = cutPage(rows, limit, ({ username }) => [username]);
    return { items: page.map(toUser), ...(next === undefined ? {} : { next }) };
  }

  override async change(userId: UserId, { displayName, avatarUrl }: ProfileChange): Promise<User> {
    const name = displayName ?? null;
    const parameters = [userId, name, name === null ? null : searchName(name), avatarUrl !== undefined, avatarUrl ?? null];
    const [row] = await this.queries.query<UserRow>(CHANGE, parameters);
    if (row === undefined) throw new AppError('USER_NOT_FOUND');
    await this.cache.invalidate([profileKey(userId)]);
    return toUser(row);
  }

  private async read(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, User>> {
    const rows = await this.queries.query<UserRow>(BY_IDS, [userIds]);
    return new Map(rows.map((row) => [row.userId as UserId, toUser(row)]));
  }
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
