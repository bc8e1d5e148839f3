import { type MentionPage, type RestQuery } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get } from '@nestjs/common';
import { type Caller } from '../../application/room-commands';
import { READ } from '../../application/rooms/room-reads';
import { CallerAndKey, CheckedQuery } from './call-parameters';

/** Where the caller was named. */
@Controller('api/v1/mentions')
export class MentionsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async list(@CallerAndKey() { actorId }: Caller, @CheckedQuery('page') page: RestQuery<'page'>): Promise<MentionPage> {
    return this.queries.ask('messages.mentioning', { userId: actorId, ...page }, READ);
  }
}
