import { describeRelayContract } from '@agent-chat/query-bus/testing';
import { InMemoryRelay } from './in-memory-relay';

describeRelayContract('InMemoryRelay', async () => {
  const relay = new InMemoryRelay();
  return Promise.resolve({ handing: relay, taking: relay });
});
