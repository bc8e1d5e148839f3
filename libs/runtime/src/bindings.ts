import { type AppConfig, type Profile } from '@agent-chat/config';
import { type ProcessName } from '@agent-chat/discovery';
import { type Clock } from '@agent-chat/kernel';
import { openClusterPorts } from './cluster-ports';
import { type OpenHooks } from './open-hooks';
import { type Ports } from './ports';
import { openStandalonePorts } from './standalone-ports';

type Binding = (config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks) => Promise<Ports>;

/** Which adapters a profile runs on. The only place that knows profiles. */
const BINDINGS: Readonly<Record<Profile, Binding>> = { standalone: openStandalonePorts, cluster: openClusterPorts };

/** Opens every port of the configured profile. Rejects with what the start of the first adapter that failed says, leaving nothing running. */
export async function openPorts(config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks): Promise<Ports> {
  return BINDINGS[config.profile](config, service, clock, hooks);
}
