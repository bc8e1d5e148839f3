import { isIP } from 'node:net';

const GROUPS = 8;

/** Whom a limit by address counts: an IPv4 address, or the /64 of an IPv6 one, all of which belongs to one subscriber. */
export function callerNetwork(address: string): string {
  const [plain = ''] = address.split('%', 1);
  if (isIP(plain) !== 6) return address;
  const groups = groupsOf(plain);
  // IPv4 written as IPv6: every such caller lies in the same /64.
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return groups.slice(6).flatMap(bytesOf).join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** All eight, in small hexadecimal digits. */
function groupsOf(address: string): string[] {
  // A URL has one spelling for every address.
  const [before = [], after] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  return after === undefined ? before : [...before, ...Array<string>(GROUPS - before.length - after.length).fill('0'), ...after];
}

function bytesOf(group: string): number[] {
  const value = parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
