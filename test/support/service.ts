import { Database } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { EventLogServer, type EventLogServerOptions } from '@agent-chat/messaging';
import { QueryBus } from '@agent-chat/query-bus';
import { Global, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type Reading } from './reading';

/** A service team's modules as the standalone would run them, over the ports of a test. */
export async function startService(reading: Reading, log: EventLog, modules: Type[], options: Partial<EventLogServerOptions> = {}): Promise<INestMicroservice> {
  @Global()
  @Module({
    providers: [
      { provide: Database, useValue: reading.database },
      { provide: QueryBus, useValue: reading.bus },
      { provide: EventLog, useValue: log },
    ],
    exports: [Database, QueryBus, EventLog],
  })
  class PortsModule {}

  const testing = await Test.createTestingModule({ imports: [PortsModule, ...modules] }).compile();
  const strategy = new EventLogServer({
    log,
    queries: reading.bus,
    database: reading.database,
    retryDelaysMs: [1, 1, 1],
    onError: () => undefined,
    ...options,
  });
  const service = testing.createNestMicroservice({ strategy, logger: false });
  await service.listen();
  return service;
}
