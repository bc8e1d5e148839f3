import { Database } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { Clock } from '@agent-chat/kernel';
import { RepeatedFailures } from '@agent-chat/observability';
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

/** However many partitions a group has here: what fails is the same. */
function oneLineAnOutage(outages: RepeatedFailures): (group: string, message: string, error: unknown) => void {
  return (group, _message, error) => outages.tell(`Handling events in the group ${group}`, error);
}

/** The one runner of projections and the one server of event handlers of a process. Needs the ports from a global module. */
@Global()
@Module({
  providers: [
    ConsumerLag,
    GroupNames,
    { provide: RepeatedFailures, inject: [Clock], useFactory: (clock: Clock) => new RepeatedFailures(clock, 'Messaging') },
    {
      provide: ProjectionRunner,
      inject: [EventLog, QueryBus, GroupNames, RepeatedFailures],
      useFactory: (log: EventLog, queries: QueryBus, names: GroupNames, outages: RepeatedFailures) =>
        new ProjectionRunner({ log, queries, names, onError: logError, onRetry: oneLineAnOutage(outages) }),
    },
    {
      provide: EventLogServer,
      inject: [EventLog, QueryBus, Database, GroupNames, RepeatedFailures],
      useFactory: (log: EventLog, queries: QueryBus, database: Database, names: GroupNames, outages: RepeatedFailures) =>
        new EventLogServer({ log, queries, database, names, onError: logError, onRetry: oneLineAnOutage(outages) }),
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
