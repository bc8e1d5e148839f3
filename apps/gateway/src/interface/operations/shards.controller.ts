import { type Principal } from '@agent-chat/auth';
import { type QueryAnswer, type RestBody, type ShardMove } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { READ } from '../../application/rooms/room-reads';
import { Roles } from '../auth/access.decorators';
import { Caller } from '../auth/caller.decorator';
import { CheckedBody } from '../rest/call-parameters';

/** Sizes are counted, which takes a while where much is stored. */
const COUNT = { timeoutMs: 20_000 } as const;

/** Where the logical shards are, and moving them; for operators. */
@Roles('operator')
@Controller('api/v1/operations/shards')
export class ShardsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async map(): Promise<QueryAnswer<'shards.map'>> {
    return this.queries.ask('shards.map', {}, COUNT);
  }

  /** It goes on by itself: the map says how far it is. */
  @Post(':partition/move')
  @HttpCode(202)
  async move(
    @Param('partition') partition: string,
    @CheckedBody('moveShard') { target }: RestBody<'moveShard'>,
    @Caller() { userId: actorId }: Principal,
  ): Promise<ShardMove> {
    return (await this.queries.ask('shards.move', { partition: shardOf(partition), target, actorId }, READ)).move;
  }

  @Delete(':partition/move')
  @HttpCode(202)
  async cancel(@Param('partition') partition: string, @Caller() { userId: actorId }: Principal): Promise<ShardMove> {
    return (await this.queries.ask('shards.cancel', { partition: shardOf(partition), actorId }, READ)).move;
  }
}

function shardOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new AppError('NOT_FOUND', { detail: 'There is no such shard' });
  return Number(text);
}
