// Processes that are far away: on an address of their own, from which every server is reached, and at which they are reached, through a network that can be disturbed.
import { addWay, start as startToxiproxy } from './toxiproxy.mjs';

const NEAR = '127.0.0.1';

/** The address of the far process that is that many in the list: every address that begins with 127 is this machine. */
export function farAddress(index) {
  return `127.0.0.${index + 2}`;
}

/** The servers by what they are called in the names of ways. */
function serversOf(nodes) {
  return nodes.flatMap(({ app, name, port }) => (['postgres', 'redis', 's3'].includes(app) ? [{ name, port }] : []));
}

/**
 * Puts a network between the processes named in `far` and the servers `nodes`. `kafkaPorts` has for each of them the broker's port of its own (a broker tells its clients where to
 * reach it, so it has to know). Resolves with the running Toxiproxy, whose ways are called `<process>-<server>`; `envOf` answers what such a process is given, `open` lets others
 * reach it, as the way `<process>`.
 */
export async function startFarNetwork({ far, nodes, folder, kafkaPorts, settings, port }) {
  const proxy = await startToxiproxy({ folder, port });
  const url = proxy.settings.TOXIPROXY_URL;
  for (const [index, name] of far.entries()) {
    for (const server of [...serversOf(nodes), { name: 'kafka', port: kafkaPorts[index] }]) {
      await addWay(url, { name: `${name}-${server.name}`, listen: `${farAddress(index)}:${server.port}`, upstream: `${NEAR}:${server.port}` });
    }
  }
  const moved = (address) => Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value.replaceAll(NEAR, address)]));
  return {
    ...proxy,
    envOf: (name) => {
      const index = far.indexOf(name);
      if (index < 0) return {};
      const address = farAddress(index);
      // Clients are no part of it: every gateway is given the same address for them.
      const { PUBLIC_URL } = settings;
      return { ...moved(address), PUBLIC_URL, KAFKA_BROKERS: `${address}:${kafkaPorts[index]}`, INTERNAL_HOST: NEAR, INTERNAL_ADDRESS: address };
    },
    open: async (name, internalPort) => {
      const index = far.indexOf(name);
      if (index >= 0) await addWay(url, { name, listen: `${farAddress(index)}:${internalPort}`, upstream: `${NEAR}:${internalPort}` });
    },
  };
}
