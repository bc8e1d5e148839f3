import { Cache } from '@agent-chat/cache';
import { profileKey, type User } from '@agent-chat/contracts';
import { Database, type Queryable, type Row, whileReachable } from '@agent-chat/database';
import { AppError, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { Avatars } from '../application/avatars';

/** What `users.avatar_url` says of a picture of ours. */
const address = (userId: string, digest: string): string => `'/api/v1/users/' || ${userId} || '/avatar/' || ${digest}`;
const IS_SHOWN = `EXISTS (SELECT FROM users WHERE users.user_id = avatars.user_id AND users.avatar_url = ${address('avatars.user_id', 'avatars.digest')})`;

const NOTE = `
INSERT INTO avatars (user_id, digest, size_bytes, check_at) VALUES ($1, $2, $3, now() + interval '1 hour')
ON CONFLICT (user_id, digest) DO UPDATE SET check_at = greatest(avatars.check_at, excluded.check_at)`;

const SHOW = `
UPDATE users SET avatar_url = ${address('$1::uuid', '$2::text')} WHERE user_id = $1::uuid
RETURNING user_id AS "userId", username, display_name AS "displayName", avatar_url AS "avatarUrl", bot`;

// What is noted and not yet taken is looked at within the hour anyway: nothing is taken away that is just being stored.
const TAKE = `
UPDATE avatars SET check_at = CASE WHEN digest = $2 THEN now() + interval '1 day' ELSE least(check_at, now() + interval '1 hour') END
WHERE user_id = $1 RETURNING digest`;

const SIZE = `SELECT size_bytes AS "sizeBytes" FROM avatars WHERE user_id = $1 AND digest = $2 AND ${IS_SHOWN}`;

const GO_ON = `
UPDATE avatars SET check_at = now() + interval '1 day' WHERE (user_id, digest) IN (
  SELECT user_id, digest FROM avatars WHERE check_at < now() AND ${IS_SHOWN} FOR UPDATE SKIP LOCKED)`;

const NEXT_EXPIRED = `
SELECT user_id AS "userId", digest FROM avatars WHERE check_at < now() AND NOT ${IS_SHOWN} ORDER BY check_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

/** People's pictures as the directory has them. That one is taken, and that it is shown, is one transaction. */
@Injectable()
export class DirectoryAvatars extends Avatars {
  constructor(
    private readonly database: Database,
    private readonly cache: Cache,
  ) {
    super();
  }

  override async note(userId: UserId, digest: string, sizeBytes: number): Promise<void> {
    await this.ask(NOTE, [userId, digest, sizeBytes]);
  }

  override async take(userId: UserId, digest: string): Promise<User> {
    const user = await this.transaction(async (connection) => {
      // First the person: of two pictures that are taken at once one waits for the other.
      const [shown] = await connection.query<User & Row>(SHOW, [userId, digest]);
      if (shown === undefined) throw new AppError('USER_NOT_FOUND');
      const noted = await connection.query<{ digest: string }>(TAKE, [userId, digest]);
      if (!noted.some((one) => one.digest === digest))
        throw new AppError('UNAVAILABLE', { detail: 'The picture took too long to be stored', retryAfterMs: 1_000 });
      return shown;
    });
    await this.cache.invalidate([profileKey(userId)]);
    return user;
  }

  override async sizeOf(userId: string, digest: string): Promise<number | undefined> {
    return (await this.ask<{ sizeBytes: number }>(SIZE, [userId, digest]))[0]?.sizeBytes;
  }

  override async expire(limit: number, remove: (userId: string, digest: string) => Promise<void>): Promise<number> {
    await this.ask(GO_ON, []);
    for (let done = 0; done < limit; done += 1) if (!(await this.expireOne(remove))) return done;
    return limit;
  }

  /** Whoever takes it meanwhile waits, and finds no note. */
  private async expireOne(remove: (userId: string, digest: string) => Promise<void>): Promise<boolean> {
    return this.transaction(async (connection) => {
      const [avatar] = await connection.query<{ userId: string; digest: string }>(NEXT_EXPIRED, []);
      if (avatar === undefined) return false;
      const { userId, digest } = avatar;
      await remove(userId, digest);
      await connection.query('DELETE FROM avatars WHERE user_id = $1 AND digest = $2', [userId, digest]);
      return true;
    });
  }

  private ask<R extends Row>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    return whileReachable(this.database.directory().query<R>(sql, parameters));
  }

  private transaction<Result>(work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return whileReachable(this.database.directory().transaction(work));
  }
}
