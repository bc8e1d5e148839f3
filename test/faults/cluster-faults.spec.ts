import { FaultyCluster } from '../support/cluster-faults';
import { type Fault, FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';

/** Beyond a group's session of 6 s. */
const PAUSE_MS = 12_000;
const OUTAGE_MS = 5_000;

jest.setTimeout(300_000);

describe('a cluster under load keeps every acknowledged message, once and in order', () => {
  const reports = new FaultReports('cluster-faults');
  let cluster: FaultyCluster;
  let load: FaultLoad;

  beforeAll(async () => {
    cluster = await FaultyCluster.start();
    load = await FaultLoad.open(cluster.url, loadOptions());
  });
  afterAll(() => cluster.stop());

  const faults: Record<string, () => Fault> = {
    'a gateway is killed': () => cluster.crash('gateway-1'),
    'the owner of half of the partitions is killed': () => cluster.crash('chat-1'),
    'an owner stands still and wakes up when another has its partitions': () => cluster.pause('chat-2', PAUSE_MS),
    'Redis is killed': () => cluster.outage('redis', OUTAGE_MS),
    'Kafka is killed': () => cluster.outage('kafka-1', OUTAGE_MS),
    'the primary of the databases is killed': () => cluster.outage('postgres', OUTAGE_MS),
  };

  it.each(Object.keys(faults))('while %s', async (what) => {
    const fault = faults[what]?.();
    if (fault === undefined) throw new Error(what);
    reports.expectKept(await load.under(fault));
  });
});
