import { Module } from '@nestjs/common';
import { DeadLetterModule } from './dead-letter.module';
import { MaintenanceModule } from './maintenance.module';
import { MoveModule } from './move.module';
import { ProjectionModule } from './projection.module';
import { ReadModule } from './read.module';
import { WriteModule } from './write.module';

/** Rooms, members, messages, receipts and search: the single writer of every room, and everything that reads them. */
@Module({ imports: [WriteModule, ReadModule, ProjectionModule, MaintenanceModule, DeadLetterModule, MoveModule] })
export class ChatModule {}
