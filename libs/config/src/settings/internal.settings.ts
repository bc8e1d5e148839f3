import { isIP } from 'node:net';
import { z } from 'zod';
import { InvalidSetting, setting } from '../setting';
import { integer, parseUrl } from '../setting-kinds';

const SHORTEST_SECRET = 32;
const MAY_BE_A_HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** How processes of a cluster ask each other. */
export const internalSettings = z.object({
  INTERNAL_PORT: integer({
    description:
      'The port at which other processes of the cluster ask this one; 0 takes any free one. Not for clients: let nobody but the processes reach it (a private network, or a mesh with mutual TLS, since what is said there is not encrypted).',
    fallback: 3100,
    min: 0,
    max: 65_535,
  }),
  INTERNAL_HOST: setting({
    description: 'The address to listen on for other processes. `0.0.0.0` accepts them from other machines.',
    fallback: '127.0.0.1',
    defaultText: '127.0.0.1',
    parse: parseHost,
  }),
  INTERNAL_ADDRESS: setting<string | undefined>({
    description: 'The host under which other processes reach this one, such as the address of its pod.',
    fallback: undefined,
    defaultText: "INTERNAL_HOST; the machine's first outside address where that is `0.0.0.0` or `::`",
    parse: parseHost,
  }),
  INTERNAL_SECRET: setting<readonly string[]>({
    description: `What processes prove each other with that they belong together, at least ${SHORTEST_SECRET} characters. Needed in a cluster. Of several with commas between the first is sent and each accepted, so that it can be changed one process at a time.`,
    fallback: [],
    defaultText: 'none',
    secret: true,
    parse: (text) => {
      const secrets = text.split(',').map((secret) => secret.trim());
      if (secrets.some((secret) => secret.length < SHORTEST_SECRET)) throw new InvalidSetting(`must have at least ${SHORTEST_SECRET} characters`);
      if (secrets.some((secret) => !/^[\x21-\x7e]+$/.test(secret))) throw new InvalidSetting('must be of printable ASCII without blanks');
      return secrets;
    },
  }),
  CHAT_URL: serviceUrl('chat'),
  PRESENCE_URL: serviceUrl('presence'),
  ANALYTICS_URL: serviceUrl('analytics'),
  STORAGE_URL: serviceUrl('storage'),
});

function serviceUrl(service: string): z.ZodType<string | undefined, string | undefined> {
  return setting<string | undefined>({
    description: `Where the processes of ${service} are asked: every address of the name is one of them.`,
    fallback: undefined,
    defaultText: 'those in the registry of the directory database',
    parse: (text) => parseUrl(text, ['http:'], `http://${service}:3100`),
  });
}

function parseHost(text: string): string {
  if (isIP(text) === 0 && !MAY_BE_A_HOST.test(text)) throw new InvalidSetting('must be an address or a host name such as 0.0.0.0');
  return text;
}
