import { BlockList, isIP } from 'node:net';

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

const lists = new WeakMap<readonly string[], BlockList>();

/** Who is at the other end: the last address in `X-Forwarded-For` that is not one of our own proxies. */
export function clientAddress(peer: string, forwardedFor: string | string[] | undefined, trustedProxies: readonly string[]): string {
  const trusted = listOf(trustedProxies);
  const hops = [forwardedFor ?? []].flat().join(',').split(',');
  let address = plain(peer);
  while (isTrusted(trusted, address)) {
    const before = plain(hops.pop()?.trim() ?? '');
    if (isIP(before) === 0) return address;
    address = before;
  }
  return address;
}

function isTrusted(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function listOf(proxies: readonly string[]): BlockList {
  let list = lists.get(proxies);
  if (list === undefined) {
    list = new BlockList();
    for (const entry of proxies.flatMap((proxy) => NAMED[proxy] ?? [proxy])) {
      const [address = '', bits] = entry.split('/');
      const version = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      list.addSubnet(address, bits === undefined ? (version === 'ipv6' ? 128 : 32) : Number(bits), version);
    }
    lists.set(proxies, list);
  }
  return list;
}
