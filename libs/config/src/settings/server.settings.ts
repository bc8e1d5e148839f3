import { isIP } from 'node:net';
import { z } from 'zod';
import { InvalidSetting, setting } from '../setting';
import { integer, list, parseUrl } from '../setting-kinds';

// The names that Express's `trust proxy` knows beside addresses.
const PROXY_NAMES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

/** The public door. */
export const serverSettings = z.object({
  PORT: integer({ description: 'The port to listen on; 0 takes any free one.', fallback: 3000, min: 0, max: 65_535 }),
  HOST: setting({
    description: 'The address to listen on. `0.0.0.0` accepts connections from other machines, as the container images do.',
    fallback: '127.0.0.1',
    defaultText: '127.0.0.1',
    parse: (text) => {
      if (isIP(text) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text)) {
        throw new InvalidSetting('must be an address or a host name such as 0.0.0.0');
      }
      return text;
    },
  }),
  PUBLIC_URL: setting<string | undefined>({
    description: 'The URL under which clients reach the service; also the issuer of its tokens.',
    fallback: undefined,
    defaultText: 'http://localhost:<PORT>',
    parse: (text) => parseUrl(text, ['http:', 'https:'], 'https://chat.example.com'),
  }),
  CORS_ORIGINS: list({
    description: 'Origins of web pages elsewhere that may call the API, with commas between; `*` allows any.',
    defaultText: 'none (the served web client only)',
    parseItem: parseOrigin,
  }),
  TRUSTED_PROXIES: list({
    description:
      'Addresses or networks (`10.0.0.0/8`), with commas between, of the proxies in front, whose `X-Forwarded-*` headers are believed; also `loopback`, `linklocal`, `uniquelocal`.',
    defaultText: 'none',
    parseItem: parseProxy,
  }),
  DRAIN_MS: integer({
    description: 'How long clients are given to move to another node after SIGTERM.',
    unit: 'ms',
    fallback: 10_000,
    min: 0,
    max: 600_000,
  }),
});

function parseOrigin(item: string): string {
  if (item === '*') return item;
  const origin = parseUrl(item, ['http:', 'https:'], 'https://app.example.com');
  if (new URL(origin).origin !== origin.toLowerCase()) throw new InvalidSetting('must hold origins (scheme, host and port, no path)');
  return origin.toLowerCase();
}

function parseProxy(item: string): string {
  const [address = '', bits, ...rest] = item.split('/');
  const version = isIP(address);
  const maxBits = version === 4 ? 32 : 128;
  const validBits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= maxBits);
  if (PROXY_NAMES.includes(item) || (version !== 0 && validBits && rest.length === 0)) return item;
  throw new InvalidSetting(`must hold addresses, networks such as 10.0.0.0/8, or ${PROXY_NAMES.join(', ')}`);
}
