import { type QueryAnswer, type RestQuery } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get } from '@nestjs/common';
import { READ } from '../../application/rooms/room-reads';
import { Roles } from '../auth/access.decorators';
import { CheckedQuery } from './call-parameters';

/** What the projections of the log say; for operators. */
@Roles('operator')
@Controller('api/v1')
export class AnalyticsController {
  constructor(private readonly queries: QueryBus) {}

  @Get('analytics/days')
  async days(@CheckedQuery('analyticsDays') query: RestQuery<'analyticsDays'>): Promise<QueryAnswer<'analytics.days'>> {
    return this.queries.ask('analytics.days', query, READ);
  }

  @Get('audit')
  async audit(@CheckedQuery('audit') query: RestQuery<'audit'>): Promise<QueryAnswer<'audit.list'>> {
    return this.queries.ask('audit.list', query, READ);
  }
}
