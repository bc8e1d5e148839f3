import { describeQueryBusContract } from '@agent-chat/query-bus/testing';
import { Logger } from '@nestjs/common';
import { InMemoryQueryBus } from './in-memory-query-bus';

Logger.overrideLogger(false);

describeQueryBusContract('InMemoryQueryBus', async () => {
  const bus = new InMemoryQueryBus();
  return Promise.resolve({ asking: bus, answering: bus });
});
