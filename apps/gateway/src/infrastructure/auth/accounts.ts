import { type User } from '@agent-chat/contracts';
import { AppError, Clock, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { searchName } from '../../domain/users/search-name';
import { toUser } from '../users/to-user';
import { CredentialEntity } from './credential.entity';
import { DirectoryDataSource, isDuplicate } from './directory-data-source';
import { UserEntity } from './user.entity';

/** Somebody who logs in with a password. */
export interface Account {
  readonly user: User;
  readonly passwordHash: string;
  readonly registrationKey: string | undefined;
  readonly createdAtMs: number;
}

export interface NewAccount {
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly registrationKey: string | undefined;
}

/** People with a password. */
@Injectable()
export class Accounts {
  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly clock: Clock,
  ) {}

  /** Rejects with USERNAME_TAKEN, with UNAVAILABLE. */
  async create({ username, displayName, passwordHash, registrationKey }: NewAccount): Promise<User> {
    const createdAt = new Date(this.clock.nowMs());
    const userId = newId<UserId>();
    const row = { userId, username, displayName, searchName: searchName(displayName), avatarUrl: null, bot: false, createdAt };
    try {
      await this.directory.transaction(async (manager) => {
        await manager.insert(UserEntity, row);
        await manager.insert(CredentialEntity, { userId, passwordHash, registrationKey: registrationKey ?? null, createdAt });
      });
    } catch (error) {
      throw isDuplicate(error) ? new AppError('USERNAME_TAKEN') : error;
    }
    return toUser(row);
  }

  /** The account of a username in lower case; undefined also for people of trusted issuers, who have no password here. */
  async find(username: string): Promise<Account | undefined> {
    return this.directory.run(async (manager) => {
      const user = await manager.findOneBy(UserEntity, { username });
      const credential = user && (await manager.findOneBy(CredentialEntity, { userId: user.userId }));
      if (user === null || credential === null) return undefined;
      const { passwordHash, registrationKey } = credential;
      return { user: toUser(user), passwordHash, registrationKey: registrationKey ?? undefined, createdAtMs: credential.createdAt.getTime() };
    });
  }

  /** Whether a name is taken, by whomever. */
  async isTaken(username: string): Promise<boolean> {
    return this.directory.run((manager) => manager.existsBy(UserEntity, { username }));
  }
}
