import { type Principal } from '@agent-chat/auth';
import { KeySchema, REST_BODIES, validate } from '@agent-chat/contracts';
import { Body, Controller, Header, Headers, HttpCode, Post, Req } from '@nestjs/common';
import { type Request } from 'express';
import { IssueTicketHandler, type Ticket } from '../../application/auth/issue-ticket.handler';
import { LogInHandler } from '../../application/auth/log-in.handler';
import { LogOutHandler } from '../../application/auth/log-out.handler';
import { RefreshHandler } from '../../application/auth/refresh.handler';
import { RegisterHandler } from '../../application/auth/register.handler';
import { type SessionAnswer } from '../../application/auth/session-answers';
import { RateLimit } from '../http/rate-limit.decorator';
import { Public } from './access.decorators';
import { bearerToken } from './bearer-token';
import { Caller } from './caller.decorator';
import { clientInfo } from './client-info';

/** Into a session, on with it, out of it. */
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly registering: RegisterHandler,
    private readonly loggingIn: LogInHandler,
    private readonly refreshing: RefreshHandler,
    private readonly loggingOut: LogOutHandler,
    private readonly tickets: IssueTicketHandler,
  ) {}

  @Public()
  @RateLimit('auth.register')
  @Post('register')
  @Header('Cache-Control', 'no-store')
  async register(@Body() body: unknown, @Headers('idempotency-key') key: string | undefined, @Req() request: Request): Promise<SessionAnswer> {
    return this.registering.handle(validate(REST_BODIES.register, body), validate(KeySchema.optional(), key), clientInfo(request));
  }

  @Public()
  @RateLimit('auth.login')
  @Post('login')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async logIn(@Body() body: unknown, @Req() request: Request): Promise<SessionAnswer> {
    return this.loggingIn.handle(validate(REST_BODIES.login, body), clientInfo(request));
  }

  @Public()
  @RateLimit('auth.refresh')
  @Post('refresh')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async refresh(@Body() body: unknown): Promise<SessionAnswer> {
    return this.refreshing.handle(validate(REST_BODIES.refresh, body).refreshToken);
  }

  // Public, because a refresh token is enough.
  @Public()
  @Post('logout')
  @HttpCode(204)
  async logOut(@Body() body: unknown, @Req() request: Request): Promise<void> {
    await this.loggingOut.handle(validate(REST_BODIES.logout, body ?? {}).refreshToken, bearerToken(request));
  }

  @Post('ticket')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  async ticket(@Caller() caller: Principal): Promise<Ticket> {
    return this.tickets.handle(caller);
  }
}
