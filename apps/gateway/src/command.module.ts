import { AppConfig } from '@agent-chat/config';
import { type CommandAnswer } from '@agent-chat/contracts';
import { EventLog } from '@agent-chat/event-log';
import { QueryBus } from '@agent-chat/query-bus';
import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { AttachmentClaims } from './application/attachment-claims';
import { admissionLimits, CommandAdmission } from './application/command-admission';
import { CommandSender } from './application/command-sender';
import { GatewayInbox } from './application/gateway-inbox';
import { RoomWrites } from './application/room-writes';
import { LogCommandSender } from './application/log-command-sender';

/** This gateway's way to owners and back: its name on the backplane, and the sender of commands. */
@Module({
  providers: [
    AttachmentClaims,
    RoomWrites,
    GatewayInbox,
    {
      provide: CommandAdmission,
      inject: [AppConfig],
      useFactory: ({ partitions, limits }: AppConfig) => new CommandAdmission(partitions, admissionLimits(limits)),
    },
    {
      provide: CommandSender,
      inject: [EventLog, QueryBus, GatewayInbox, CommandAdmission],
      useFactory: (log: EventLog, queries: QueryBus, inbox: GatewayInbox, admission: CommandAdmission) => {
        const sender = new LogCommandSender(log, queries, inbox.gatewayId, admission);
        inbox.on('answers', (message) => {
          sender.receive(JSON.parse(message) as CommandAnswer[]);
        });
        return sender;
      },
    },
  ],
  exports: [CommandAdmission, CommandSender, GatewayInbox, RoomWrites],
})
export class CommandModule implements BeforeApplicationShutdown {
  constructor(private readonly sender: CommandSender) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.sender.drain();
  }
}
