import { randomUUID } from 'node:crypto';
import { describeEventLogContract } from '@agent-chat/event-log/testing';
import { openTestLog } from './testing/open-test-log';

describeEventLogContract('KafkaEventLog', async () => {
  const { log, newTopic } = await openTestLog();
  return { log, newTopic: () => newTopic(`contract-${randomUUID()}`) };
});
