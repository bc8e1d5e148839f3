import { FaultyCluster } from '../support/cluster-faults';
import { FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { RestClient } from '../support/rest-client';
import { SkewedClocks } from '../support/skewed-clocks';

const HOUR_S = 3_600;
const JUMP_MS = 5_000;

jest.setTimeout(300_000);

describe('a cluster under load, one of whose clocks jumps', () => {
  const reports = new FaultReports('clocks');
  let cluster: FaultyCluster;
  let load: FaultLoad;
  let clocks: SkewedClocks;
  let early: RestClient;

  beforeAll(async () => {
    cluster = await FaultyCluster.start({ clocks: ['chat-1'] });
    clocks = new SkewedClocks(cluster);
    early = await RestClient.register(cluster.url, 'early');
    load = await FaultLoad.open(cluster.url, loadOptions());
  });
  afterAll(() => cluster.stop());

  it.each([-HOUR_S, HOUR_S])('loses nothing when the clock of an owner jumps by %i s, and no time in a partition goes back', async (byS) => {
    reports.expectKept(await load.under(clocks.jump('chat-1', byS, JUMP_MS)));

    expect(await clocks.wrongTimes()).toEqual({ back: 0, ahead: 0 });
    // The token of before still counts.
    expect((await early.call('GET', '/users/me')).status).toBe(200);
  });
});
