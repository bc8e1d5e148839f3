import { type InternalConfig } from '@agent-chat/config';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

const ANY = new Set(['0.0.0.0', '::']);

/** The host by which other processes reach this one, as a URL writes it. */
export function internalHost({ address, host }: Pick<InternalConfig, 'address' | 'host'>, interfaces = networkInterfaces()): string {
  const name = address ?? (ANY.has(host) ? (firstOutside(interfaces) ?? '127.0.0.1') : host);
  return isIPv6(name) ? `[${name}]` : name;
}

function firstOutside(interfaces: ReturnType<typeof networkInterfaces>): string | undefined {
  const outside = Object.values(interfaces).flatMap((each) => each?.filter(({ internal }) => !internal) ?? []);
  return (outside.find(({ family }) => family === 'IPv4') ?? outside[0])?.address;
}
