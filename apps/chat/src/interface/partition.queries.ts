import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PartitionList } from '../infrastructure/move/partition-list';

/** Answers what operators ask about partitions. */
@Injectable()
export class PartitionQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly list: PartitionList,
  ) {}

  onModuleInit(): void {
    this.bus.answer('partitions.list', () => this.list.read());
  }
}
