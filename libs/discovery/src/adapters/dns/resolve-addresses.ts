import { lookup } from 'node:dns/promises';

/** `host:port` of every address of a URL's name. */
export async function resolveAddresses(url: string): Promise<readonly string[]> {
  const { hostname, port } = new URL(url);
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true });
  const hosts = found.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
  return [...new Set(hosts)].map((host) => `${host}:${port || '80'}`);
}
