import { Authenticator } from '@agent-chat/auth';
import { HealthCheck, type ProcessHealth } from '@agent-chat/observability';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { Public } from '../auth/access.decorators';
import { bearerToken } from '../auth/bearer-token';
import { RateLimit } from '../http/rate-limit.decorator';

/** To everybody only how things stand, to operators also why. */
type HealthAnswer = Pick<ProcessHealth, 'status'> & Partial<ProcessHealth>;

/** For probes and load balancers: 200 while all is well or degraded, 503 when not. */
@Public()
@RateLimit('none')
@Controller('api/health')
export class HealthController {
  constructor(
    private readonly health: HealthCheck,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  async everything(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<HealthAnswer> {
    return this.answer(await this.health.everything(), request, response);
  }

  @Get('live')
  async live(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<HealthAnswer> {
    return this.answer(await this.health.live(), request, response);
  }

  @Get('ready')
  async ready(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<HealthAnswer> {
    return this.answer(await this.health.ready(), request, response);
  }

  private async answer(health: ProcessHealth, request: Request, response: Response): Promise<HealthAnswer> {
    response.status(health.status === 'down' ? 503 : 200).setHeader('Cache-Control', 'no-store');
    return (await this.isOperator(request)) ? health : { status: health.status };
  }

  /** A token that is no good makes a probe no less entitled to the short answer. */
  private async isOperator(request: Request): Promise<boolean> {
    const token = bearerToken(request);
    if (token === undefined) return false;
    return this.authenticator.authenticate(token).then(
      ({ roles }) => roles.includes('operator'),
      () => false,
    );
  }
}
