import { Database } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { QueryBus } from '@agent-chat/query-bus';
import { Global, Inject, Logger, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { ConsumerLag } from './consumer-lag';
import { EventLogServer } from './event-log-server';
import { GroupNames } from './group-names';
import { ProjectionRunner } from './projection-runner';

const logger = new Logger('Messaging');

function logError(message: string, error: unknown): void {
  logger.error(`${message}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
}

/** The one runner of projections and the one server of event handlers of a process. Needs the ports from a global module. */
@Global()
@Module({
  providers: [
    ConsumerLag,
    GroupNames,
    {
      provide: ProjectionRunner,
      inject: [EventLog, QueryBus, GroupNames],
      useFactory: (log: EventLog, queries: QueryBus, names: GroupNames) => new ProjectionRunner({ log, queries, names, onError: logError }),
    },
    {
      provide: EventLogServer,
      inject: [EventLog, QueryBus, Database, GroupNames],
      useFactory: (log: EventLog, queries: QueryBus, database: Database, names: GroupNames) =>
        new EventLogServer({ log, queries, database, names, onError: logError }),
    },
  ],
  exports: [ProjectionRunner, EventLogServer],
})
export class MessagingModule implements BeforeApplicationShutdown {
  constructor(@Inject(ProjectionRunner) private readonly runner: ProjectionRunner) {}

  /** While databases and buses still answer. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }
}
