import { Module } from '@nestjs/common';
import { AttachmentReader } from './infrastructure/read/attachment.reader';
import { EventReader } from './infrastructure/read/event.reader';
import { HeadReader } from './infrastructure/read/head.reader';
import { HistoryReader } from './infrastructure/read/history.reader';
import { MentionReader } from './infrastructure/read/mention.reader';
import { PartitionLogReader } from './infrastructure/read/partition-log.reader';
import { PersonLogReader } from './infrastructure/read/person-log.reader';
import { RoomListReader } from './infrastructure/read/room-list.reader';
import { RoomChangesReader } from './infrastructure/read/room-changes.reader';
import { RoomLooks } from './infrastructure/read/room-looks';
import { RoomReader } from './infrastructure/read/room.reader';
import { SearchReader } from './infrastructure/read/search.reader';
import { LogQueries } from './interface/log.queries';
import { MessageQueries } from './interface/message.queries';
import { RoomQueries } from './interface/room.queries';
import { KeptModule } from './kept.module';

/** Answers every query of `ROOM_QUERIES` from Postgres. */
@Module({
  imports: [KeptModule],
  providers: [
    AttachmentReader,
    EventReader,
    HeadReader,
    HistoryReader,
    MentionReader,
    PartitionLogReader,
    PersonLogReader,
    RoomListReader,
    RoomChangesReader,
    RoomLooks,
    RoomReader,
    SearchReader,
    LogQueries,
    MessageQueries,
    RoomQueries,
  ],
})
export class ReadModule {}
