import { type QueryAnswer, type RestQuery } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get } from '@nestjs/common';
import { READ } from '../../application/rooms/room-reads';
import { Roles } from '../auth/access.decorators';
import { CheckedQuery } from './call-parameters';

/** Figures by time and room; for operators. */
@Roles('operator')
@Controller('api/v1/analytics')
export class FiguresController {
  constructor(private readonly queries: QueryBus) {}

  @Get('days')
  async days(@CheckedQuery('analyticsDays') query: RestQuery<'analyticsDays'>): Promise<QueryAnswer<'analytics.days'>> {
    return this.queries.ask('analytics.days', query, READ);
  }

  @Get('activity')
  async activity(@CheckedQuery('activity') query: RestQuery<'activity'>): Promise<QueryAnswer<'figures.activity'>> {
    return this.queries.ask('figures.activity', query, READ);
  }

  @Get('people')
  async people(@CheckedQuery('activePeople') query: RestQuery<'activePeople'>): Promise<QueryAnswer<'figures.people'>> {
    return this.queries.ask('figures.people', query, READ);
  }

  @Get('rooms')
  async rooms(@CheckedQuery('activeRooms') query: RestQuery<'activeRooms'>): Promise<QueryAnswer<'figures.rooms'>> {
    return this.queries.ask('figures.rooms', query, READ);
  }

  @Get('delivery')
  async delivery(@CheckedQuery('figures') query: RestQuery<'figures'>): Promise<QueryAnswer<'figures.delivery'>> {
    return this.queries.ask('figures.delivery', query, READ);
  }

  @Get('errors')
  async errors(@CheckedQuery('figures') query: RestQuery<'figures'>): Promise<QueryAnswer<'figures.errors'>> {
    return this.queries.ask('figures.errors', query, READ);
  }
}
