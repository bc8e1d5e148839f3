import { Controller, Get, Res } from '@nestjs/common';
import { PrometheusController } from '@willsoto/nestjs-prometheus';
import { type Response } from 'express';
import { OpenToAll } from '../open-to-all.decorator';

/** What the process counts, in Prometheus's text format. */
@Controller('api/metrics')
export class MetricsController extends PrometheusController {
  @OpenToAll()
  @Get()
  override async index(@Res({ passthrough: true }) response: Response): Promise<string> {
    return super.index(response);
  }
}
