import { whileReachable } from '@agent-chat/database';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventReader } from '../infrastructure/read/event.reader';
import { PartitionLogReader } from '../infrastructure/read/partition-log.reader';

/** Answers questions about the log. */
@Injectable()
export class LogQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly events: EventReader,
    private readonly partitionLog: PartitionLogReader,
  ) {}

  onModuleInit(): void {
    const { bus, events, partitionLog } = this;
    bus.answer('room.events', (input) => whileReachable(events.events(input)));
    bus.answer('rooms.open', (input) => whileReachable(events.open(input)));
    bus.answer('rooms.tail', (input) => whileReachable(events.tail(input)));
    bus.answer('partition.events', (input) => whileReachable(partitionLog.events(input)));
  }
}
