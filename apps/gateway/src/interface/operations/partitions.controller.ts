import { type PartitionList } from '@agent-chat/contracts';
import { QueryBus } from '@agent-chat/query-bus';
import { Controller, Get } from '@nestjs/common';
import { READ } from '../../application/rooms/room-reads';
import { Roles } from '../auth/access.decorators';

/** Who owns the partitions, and how far what follows them is; for operators. */
@Roles('operator')
@Controller('api/v1/operations/partitions')
export class PartitionsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async list(): Promise<PartitionList> {
    return this.queries.ask('partitions.list', {}, READ);
  }
}
