import { Module } from '@nestjs/common';
import { ReadModule } from './read.module';
import { WriteModule } from './write.module';

/** Rooms, members, messages, receipts and search: the single writer of every room, and everything that reads them. */
@Module({ imports: [WriteModule, ReadModule] })
export class ChatModule {}
