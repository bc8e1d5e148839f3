import { Module } from '@nestjs/common';
import { MoveRunner } from './application/move/move-runner';
import { EventMonths } from './infrastructure/maintain/event-months';
import { MoveRepository } from './infrastructure/move/move-repository';
import { ShardSizes } from './infrastructure/move/shard-sizes';
import { ShardQueries } from './interface/shard.queries';

/** Moves logical shards between databases. */
@Module({ providers: [EventMonths, MoveRepository, MoveRunner, ShardSizes, ShardQueries] })
export class MoveModule {}
