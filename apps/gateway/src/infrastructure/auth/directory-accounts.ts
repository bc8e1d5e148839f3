import { type User } from '@agent-chat/contracts';
import { AppError, Clock, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Account, Accounts, type NewAccount } from '../../application/auth/accounts';
import { searchName } from '../../domain/users/search-name';
import { toUser } from '../users/to-user';
import { CredentialEntity } from './credential.entity';
import { DirectoryDataSource, isDuplicate } from './directory-data-source';
import { UserEntity } from './user.entity';

/** Accounts in the directory database. */
@Injectable()
export class DirectoryAccounts extends Accounts {
  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async create({ username, displayName, passwordHash, registrationKey }: NewAccount): Promise<User> {
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

  override async find(username: string): Promise<Account | undefined> {
    return this.directory.run(async (manager) => {
      const user = await manager.findOneBy(UserEntity, { username });
      const credential = user && (await manager.findOneBy(CredentialEntity, { userId: user.userId }));
      if (user === null || credential === null) return undefined;
      const { passwordHash, registrationKey } = credential;
      return { user: toUser(user), passwordHash, registrationKey: registrationKey ?? undefined, createdAtMs: credential.createdAt.getTime() };
    });
  }

  override async isTaken(username: string): Promise<boolean> {
    return this.directory.run((manager) => manager.existsBy(UserEntity, { username }));
  }
}
