import { type ExternalIdentity } from '@agent-chat/auth';
import { AppError, Clock, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { searchName } from '../../domain/users/search-name';
import { nthUsername, suggestedUsername } from '../../domain/users/suggested-username';
import { DirectoryDataSource } from './directory-data-source';
import { ExternalIdentityEntity } from './external-identity.entity';
import { UserEntity } from './user.entity';

const MAX_DISPLAY_CHARS = 60;
const COUNTED_TRIES = 20;
const RANDOM_SUFFIX_CHARS = 7;
const UNPRINTABLE = /[\p{Cc}\p{Surrogate}\u202A-\u202E\u2066-\u2069]/gu;

/** The accounts of people whom trusted issuers vouch for. */
@Injectable()
export class ExternalAccounts {
  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly clock: Clock,
  ) {}

  /** The user of an identity, made at first sight; one, however many calls come at once. */
  async findOrCreate(identity: ExternalIdentity): Promise<UserId> {
    const { issuer, subject } = identity;
    const known = await this.directory.run((manager) => manager.findOneBy(ExternalIdentityEntity, { issuer, subject }));
    if (known !== null) return known.userId as UserId;
    return this.directory.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${issuer}|${subject}`]);
      const other = await manager.findOneBy(ExternalIdentityEntity, { issuer, subject });
      if (other !== null) return other.userId as UserId;
      const userId = await this.createUser(manager, identity);
      await manager.insert(ExternalIdentityEntity, { issuer, subject, userId, createdAt: this.now() });
      return userId;
    });
  }

  private async createUser(manager: EntityManager, { username, name }: ExternalIdentity): Promise<UserId> {
    const userId = newId<UserId>();
    const wanted = suggestedUsername(username);
    const displayName = cleanDisplayName(name) || cleanDisplayName(username) || wanted;
    for (let nth = 1; nth <= COUNTED_TRIES; nth++) {
      // Counting would ask thousands of times for a common name.
      const free = nth < COUNTED_TRIES ? nthUsername(wanted, nth) : `${wanted}-${userId.slice(-RANDOM_SUFFIX_CHARS)}`;
      const user = { userId, username: free, displayName, searchName: searchName(displayName), avatarUrl: null, bot: false, createdAt: this.now() };
      const inserted = await manager.createQueryBuilder().insert().into(UserEntity).values(user).orIgnore().returning('user_id').execute();
      const returned: unknown = inserted.raw;
      if (Array.isArray(returned) && returned.length > 0) return userId;
    }
    throw new AppError('UNAVAILABLE', { detail: 'No username is free' });
  }

  private now(): Date {
    return new Date(this.clock.nowMs());
  }
}

// By code points: a cut through a surrogate pair would be refused by Postgres.
function cleanDisplayName(given: string | undefined): string {
  const printable = (given ?? '').replace(UNPRINTABLE, ' ').trim();
  return Array.from(printable).slice(0, MAX_DISPLAY_CHARS).join('').trim();
}
