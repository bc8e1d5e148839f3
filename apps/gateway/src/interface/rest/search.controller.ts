import { type RestQuery, type SearchPage } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get } from '@nestjs/common';
import { type Caller } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { RateLimit } from '../http/rate-limit.decorator';
import { CallerAndKey, CheckedQuery } from './call-parameters';

/** Full text, in the rooms that the caller may read. */
@Controller('api/v1/search')
export class SearchController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RateLimit('search.query')
  async search(@CallerAndKey() { actorId }: Caller, @CheckedQuery('search') query: RestQuery<'search'>): Promise<SearchPage> {
    return this.queries.ask('messages.search', { userId: actorId, ...query }, READ);
  }
}
