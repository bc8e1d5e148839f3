import { ProcessIdentity } from '@agent-chat/discovery';
import { describeDiscoveryContract } from '@agent-chat/discovery/testing';
import { InMemoryDiscovery } from './in-memory-discovery';

describeDiscoveryContract('InMemoryDiscovery', async () => {
  const identity = new ProcessIdentity('chat', '1.2.3', '10.0.0.1:3100');
  return { discovery: new InMemoryDiscovery({ identity, load: () => 0.25 }), identity };
});
