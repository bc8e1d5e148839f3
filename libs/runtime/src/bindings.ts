import { type AppConfig, type Profile } from '@agent-chat/config';
import { type ProcessName } from '@agent-chat/discovery';
import { type Clock } from '@agent-chat/kernel';
import { type OpenHooks } from './open-hooks';
import { type Ports } from './ports';

type Binding = (config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks) => Promise<Ports>;

/** Which adapters a profile runs on. The only place that knows profiles. Loaded when they are needed: nobody pays for the drivers of the other profile. */
const BINDINGS: Readonly<Record<Profile, () => Promise<Binding>>> = {
  standalone: async () => (await import('./standalone-ports')).openStandalonePorts,
  cluster: async () => (await import('./cluster-ports')).openClusterPorts,
};

/** Opens every port of the configured profile. Rejects with what the start of the first adapter that failed says, leaving nothing running. */
export async function openPorts(config: AppConfig, service: ProcessName, clock: Clock, hooks: OpenHooks): Promise<Ports> {
  const open = await BINDINGS[config.profile]();
  return open(config, service, clock, hooks);
}
