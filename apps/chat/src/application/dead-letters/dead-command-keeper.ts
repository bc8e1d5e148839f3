import { COMMANDS_DEAD_LETTER_TOPIC } from '@agent-chat/contracts';
import { type Consumption, EventLog } from '@agent-chat/event-log';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandShelf } from '../../infrastructure/dead-letters/command-shelf';

const GROUP = 'chat-dead-letters';

/** Brings dead commands from their topic to where operators see them. While that database is away they wait in the topic. */
@Injectable()
export class DeadCommandKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private consumption: Consumption | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly shelf: CommandShelf,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.consumption = await this.log.subscribe({
      topic: COMMANDS_DEAD_LETTER_TOPIC,
      group: GROUP,
      startAt: 'beginning',
      commit: 'auto',
      onBatch: ({ records }) => this.shelf.keep(records),
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumption?.stop();
  }
}
