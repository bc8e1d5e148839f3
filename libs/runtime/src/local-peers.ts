import { ProcessIdentity, type ProcessName } from '@agent-chat/discovery';
import { InMemoryDiscovery } from '@agent-chat/discovery/adapters/memory';
import { InMemoryQueryBus, InMemoryRelay } from '@agent-chat/query-bus/adapters/memory';
import { Breakers } from '@agent-chat/resilience';
import { eventLoopLoad } from './event-loop-load';
import { type Peers } from './ports';
import { releaseVersion } from './release';

/** A process that is alone: it knows itself, and asks itself. */
export function localPeers(service: ProcessName): Peers {
  const identity = new ProcessIdentity(service, releaseVersion(), undefined);
  return {
    identity,
    discovery: new InMemoryDiscovery({ identity, load: eventLoopLoad() }),
    queries: new InMemoryQueryBus(),
    relay: new InMemoryRelay(),
    breakers: new Breakers(),
  };
}
