import { ConfigError } from '@agent-chat/config';
import { type ServiceInstance } from '@agent-chat/discovery';
import { type Peers } from './ports';
import { waitUntil } from './wait-until';

// The tokens of one gateway are worth nothing at another that has another public address, and links lead elsewhere.

/**
 * Waits while gateways run that have another public address than this one: they may be about to leave. Other processes have none. In a change of the
 * address all gateways have to be stopped once.
 */
export async function awaitSamePublicUrl(peers: Peers, onWaiting: (line: string) => void): Promise<void> {
  const compare = async (): Promise<void> => {
    refuse(peers, rivals(peers));
  };
  await waitUntil(compare, { reasonToWait: (error) => (error instanceof ConfigError ? error.problems.map(textOf).join(' ') : undefined), onWaiting });
}

/**
 * To be asked once others know of this process: of gateways that started at once only the first may stay.
 * @throws ConfigError
 */
export function refuseOtherPublicUrl(peers: Peers): void {
  refuse(
    peers,
    // Ids grow with time, and everybody orders them alike.
    rivals(peers).filter(({ instanceId }) => instanceId < peers.identity.instanceId),
  );
}

function rivals({ discovery, identity: { instanceId, publicUrl } }: Peers): ServiceInstance[] {
  if (publicUrl === undefined) return [];
  return discovery.all().filter((other) => other.instanceId !== instanceId && other.publicUrl !== undefined && other.publicUrl !== publicUrl);
}

function refuse({ identity }: Peers, [rival]: readonly ServiceInstance[]): void {
  if (rival === undefined) return;
  const given = `is ${identity.publicUrl ?? ''}, but the gateway at ${rival.address} has ${rival.publicUrl ?? ''}`;
  throw new ConfigError([{ setting: 'PUBLIC_URL', message: `${given}: give every gateway the same (to change it, stop them all first)` }]);
}

function textOf({ setting, message }: ConfigError['problems'][number]): string {
  return `${setting} ${message}.`;
}
