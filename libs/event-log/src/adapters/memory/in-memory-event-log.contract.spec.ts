import { SystemClock } from '@agent-chat/kernel';
import { describeEventLogContract } from '@agent-chat/event-log/testing';
import { Logger } from '@nestjs/common';
import { InMemoryEventLog } from './in-memory-event-log';

Logger.overrideLogger(false);

describeEventLogContract('InMemoryEventLog', async () => {
  let topics = 0;
  const log = new InMemoryEventLog({ partitionCount: 8, clock: new SystemClock(), maxBufferedRecords: 1_000, appendTimeoutMs: 50 });
  const newTopic = (): Promise<string> => Promise.resolve(`topic-${String((topics += 1))}`);
  return Promise.resolve({ log, newTopic });
});
