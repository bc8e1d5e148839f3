import { type QueryAnswer, type RestQuery } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { type Caller } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { Roles } from '../auth/access.decorators';
import { CallerAndKey, CheckedQuery } from '../rest/call-parameters';

type Settled = QueryAnswer<'deadLetters.act'>['letter'];

/** Commands, events and jobs that failed for good; for operators. */
@Roles('operator')
@Controller('api/v1/operations/dead-letters')
export class DeadLettersController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async list(@CheckedQuery('deadLetters') query: RestQuery<'deadLetters'>): Promise<QueryAnswer<'deadLetters.list'>> {
    return this.queries.ask('deadLetters.list', query, READ);
  }

  @Get(':letterId')
  async get(@Param('letterId') id: string): Promise<QueryAnswer<'deadLetters.get'>> {
    return this.queries.ask('deadLetters.get', { id }, READ);
  }

  @Post(':letterId/replay')
  @HttpCode(200)
  async replay(@Param('letterId') id: string, @CallerAndKey() caller: Caller): Promise<Settled> {
    return (await this.queries.ask('deadLetters.act', { id, act: 'replay', ...caller }, READ)).letter;
  }

  @Post(':letterId/discard')
  @HttpCode(200)
  async discard(@Param('letterId') id: string, @CallerAndKey() caller: Caller): Promise<Settled> {
    return (await this.queries.ask('deadLetters.act', { id, act: 'discard', ...caller }, READ)).letter;
  }
}
