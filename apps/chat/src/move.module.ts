import { OperatorActs } from '@agent-chat/audit';
import { Module } from '@nestjs/common';
import { MoveRunner } from './application/move/move-runner';
import { EventMonths } from './infrastructure/maintain/event-months';
import { MoveRepository } from './infrastructure/move/move-repository';
import { PartitionList } from './infrastructure/move/partition-list';
import { ShardSizes } from './infrastructure/move/shard-sizes';
import { PartitionQueries } from './interface/partition.queries';
import { ShardQueries } from './interface/shard.queries';

/** Where logical shards are, who owns them, and moving them between databases. */
@Module({ providers: [EventMonths, MoveRepository, MoveRunner, OperatorActs, PartitionList, PartitionQueries, ShardSizes, ShardQueries] })
export class MoveModule {}
