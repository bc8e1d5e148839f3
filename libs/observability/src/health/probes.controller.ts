import { Controller, Get, Res } from '@nestjs/common';
import { type Response } from 'express';
import { HealthCheck, type ProcessHealth } from './health-check';

/** What a probe may know without a token: how each thing stands, not why. */
interface ProbeAnswer {
  readonly status: ProcessHealth['status'];
  readonly components: readonly { readonly name: string; readonly isRequired: boolean; readonly status: ProcessHealth['status'] }[];
}

/** Health of a process that has no public door: 200 while all is well or degraded, 503 when it is of no use. */
@Controller('api/health')
export class ProbesController {
  constructor(private readonly health: HealthCheck) {}

  @Get()
  async everything(@Res({ passthrough: true }) response: Response): Promise<ProbeAnswer> {
    return answer(await this.health.everything(), response);
  }

  @Get('live')
  async live(@Res({ passthrough: true }) response: Response): Promise<ProbeAnswer> {
    return answer(await this.health.live(), response);
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<ProbeAnswer> {
    return answer(await this.health.ready(), response);
  }
}

function answer({ status, components }: ProcessHealth, response: Response): ProbeAnswer {
  response.status(status === 'down' ? 503 : 200).setHeader('Cache-Control', 'no-store');
  return { status, components: components.map(({ name, isRequired, status: own }) => ({ name, isRequired, status: own })) };
}
