import { type Principal } from '@agent-chat/auth';
import { type Me, type RestBody, type RestQuery, type User } from '@agent-chat/contracts';
import { AppError, type UserId } from '@agent-chat/kernel';
import { Controller, Get, Patch } from '@nestjs/common';
import { ProfileNotices } from '../../application/profile-notices';
import { UserDirectory, type UserPage } from '../../application/user-directory';
import { Caller } from '../auth/caller.decorator';
import { CheckedBody, CheckedQuery, UserIdParam } from '../rest/call-parameters';

/** People's profiles. */
@Controller('api/v1/users')
export class UsersController {
  constructor(
    private readonly users: UserDirectory,
    private readonly notices: ProfileNotices,
  ) {}

  @Get()
  async find(@CheckedQuery('users') { query: prefix, cursor, limit }: RestQuery<'users'>): Promise<UserPage> {
    return this.users.find({ prefix, cursor, limit });
  }

  @Get('me')
  async me(@Caller() { userId, roles }: Principal): Promise<Me> {
    return { ...(await this.profile(userId)), roles: [...roles] };
  }

  @Patch('me')
  async change(@Caller() { userId }: Principal, @CheckedBody('updateMe') body: RestBody<'updateMe'>): Promise<User> {
    const user = await this.users.change(userId, body);
    this.notices.changed(userId);
    return user;
  }

  @Get(':userId')
  async one(@UserIdParam() userId: UserId): Promise<User> {
    return this.profile(userId);
  }

  private async profile(userId: UserId): Promise<User> {
    const user = (await this.users.profiles([userId])).get(userId);
    if (user === undefined) throw new AppError('USER_NOT_FOUND');
    return user;
  }
}
