import { Backplane } from '@agent-chat/backplane';
import { Database } from '@agent-chat/database';
import { ProcessIdentity } from '@agent-chat/discovery';
import { EventLog } from '@agent-chat/event-log';
import { Clock } from '@agent-chat/kernel';
import { type BeforeApplicationShutdown, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { KeptMessages } from './application/read/kept-messages';
import { ChatOwner } from './application/write/chat-owner';
import { OwnerAnswers } from './application/write/owner-answers';
import { OwnerQueries } from './interface/owner.queries';
import { KeptModule } from './kept.module';

/** The write path: owns partitions, decides commands, commits them in groups. */
@Module({
  imports: [KeptModule],
  providers: [
    {
      provide: ChatOwner,
      inject: [EventLog, Backplane, Database, Clock, ProcessIdentity, KeptMessages],
      useFactory: (log: EventLog, backplane: Backplane, database: Database, clock: Clock, identity: ProcessIdentity, kept: KeptMessages) =>
        new ChatOwner({ log, backplane, database, clock, name: identity.ownerName, onStored: (event) => kept.follow(event) }),
    },
    {
      provide: OwnerAnswers,
      inject: [ChatOwner, Database],
      useFactory: (owner: ChatOwner, database: Database) => new OwnerAnswers(owner, database),
    },
    OwnerQueries,
  ],
  exports: [ChatOwner],
})
export class WriteModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly owner: ChatOwner) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.owner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.owner.stop();
  }
}
