import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventReader } from '../infrastructure/read/event.reader';
import { HistoryReader } from '../infrastructure/read/history.reader';
import { PartitionLogReader } from '../infrastructure/read/partition-log.reader';
import { SearchReader } from '../infrastructure/read/search.reader';
import { answering } from './answering';

/** Answers questions about messages and the log. */
@Injectable()
export class MessageQueries implements OnModuleInit {
  constructor(
    private readonly bus: QueryBus,
    private readonly history: HistoryReader,
    private readonly events: EventReader,
    private readonly partitionLog: PartitionLogReader,
    private readonly search: SearchReader,
  ) {}

  onModuleInit(): void {
    const { bus, history, events, partitionLog, search } = this;
    answering(bus, 'room.history', (input) => history.history(input));
    answering(bus, 'message.get', (input) => history.message(input));
    answering(bus, 'message.revisions', (input) => history.revisions(input));
    answering(bus, 'room.events', (input) => events.events(input));
    answering(bus, 'rooms.open', (input) => events.open(input));
    answering(bus, 'rooms.tail', (input) => events.tail(input));
    answering(bus, 'partition.events', (input) => partitionLog.events(input));
    answering(bus, 'messages.search', (input) => search.search(input));
  }
}
