import { describeEphemeralStoreContract } from '@agent-chat/ephemeral-store/testing';
import { FakeClock } from '@agent-chat/testing';
import { InMemoryEphemeralStore } from './in-memory-ephemeral-store';

describeEphemeralStoreContract('InMemoryEphemeralStore', async () => {
  const clock = new FakeClock();
  const store = new InMemoryEphemeralStore({ clock });
  const elapse = (ms: number): Promise<void> => {
    clock.advance(ms);
    return Promise.resolve();
  };
  return Promise.resolve({ store, elapse });
});
