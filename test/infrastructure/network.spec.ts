import { FaultyCluster } from '../support/cluster-faults';
import { FarNetwork } from '../support/far-network';
import { type Fault, FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';

/** Beyond a group's session of 6 s, and every time limit of a single call. */
const LONG_MS = 8_000;
const SHORT_MS = 5_000;
const DELAY_MS = 300;
const KILOBYTES_PER_S = 32;

jest.setTimeout(300_000);

describe('a cluster under load whose network fails between a process and a server', () => {
  const reports = new FaultReports('network');
  let cluster: FaultyCluster;
  let load: FaultLoad;
  let network: FarNetwork;

  beforeAll(async () => {
    cluster = await FaultyCluster.start({ far: ['chat-1', 'gateway-1', 'storage-1'] });
    network = new FarNetwork(cluster.settings['TOXIPROXY_URL'] ?? '');
    load = await FaultLoad.open(cluster.url, loadOptions());
  });
  afterAll(() => cluster.stop());

  const faults: Record<string, (way: string) => Fault> = {
    'is cut': (way) => network.cut(way, SHORT_MS),
    'is slow to answer': (way) => network.delayed(way, DELAY_MS, SHORT_MS),
    'is narrow': (way) => network.throttled(way, KILOBYTES_PER_S, SHORT_MS),
    'swallows everything and tells nobody': (way) => network.swallowed(way, LONG_MS),
  };
  // The last one is how gateways ask the owner of a room.
  const ways = ['chat-1-postgres', 'chat-1-kafka', 'gateway-1-redis', 'storage-1-s3', 'chat-1'];

  describe.each(Object.keys(faults))('that %s', (what) => {
    it.each(ways)('loses nothing on the way %s', async (way) => {
      const fault = faults[what]?.(way);
      if (fault === undefined) throw new Error(what);
      reports.expectKept(await load.under(fault));
    });
  });
});
