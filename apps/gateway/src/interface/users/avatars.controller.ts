import { type Principal } from '@agent-chat/auth';
import { type User } from '@agent-chat/contracts';
import { Relay } from '@agent-chat/query-bus';
import { Controller, Delete, Get, Put, Req, Res } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { ProfileNotices } from '../../application/profile-notices';
import { UserDirectory } from '../../application/user-directory';
import { Public } from '../auth/access.decorators';
import { Caller } from '../auth/caller.decorator';
import { RateLimit } from '../http/rate-limit.decorator';

/** People's own pictures: their bytes are the storage service's, which takes and gives them through here. */
@Controller('api/v1/users')
export class AvatarsController {
  constructor(
    private readonly relay: Relay,
    private readonly users: UserDirectory,
    private readonly notices: ProfileNotices,
  ) {}

  @Put('me/avatar')
  @RateLimit('upload')
  async set(@Caller() { userId }: Principal, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.relay.hand('storage', request, response, { userId });
    if (response.statusCode === 200) this.notices.changed(userId);
  }

  /** Takes any picture away, also one that lies elsewhere. */
  @Delete('me/avatar')
  async remove(@Caller() { userId }: Principal): Promise<User> {
    const user = await this.users.change(userId, { avatarUrl: null });
    this.notices.changed(userId);
    return user;
  }

  /** For whoever knows its address, as pictures in a page send no token. */
  @Get(':userId/avatar/:digest')
  @Public()
  @RateLimit('attachment.read')
  async picture(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.relay.hand('storage', request, response, {});
  }
}
