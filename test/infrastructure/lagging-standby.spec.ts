import { FaultyCluster } from '../support/cluster-faults';
import { FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { LaggingStandby } from '../support/lagging-standby';

const LAG_MS = 3_000;

jest.setTimeout(300_000);

describe('a cluster under load whose operator promotes a standby that lags', () => {
  const reports = new FaultReports('lagging-standby');
  let pair: LaggingStandby;
  let cluster: FaultyCluster;
  let load: FaultLoad;

  beforeAll(async () => {
    pair = await LaggingStandby.start();
    cluster = await FaultyCluster.start({ env: pair.settings });
    // Without files: one that the standby never had is gone, and what names it is refused for good.
    load = await FaultLoad.open(cluster.url, { ...loadOptions(), fileEvery: undefined });
  });
  afterAll(async () => {
    await cluster.stop();
    await pair.stop();
  });

  it('sees a restore: everybody is told to read anew, and no history continues another; what the log of commands holds is decided again', async () => {
    reports.expectKept(await load.under(pair.promotionAfter(LAG_MS)), { isRestore: true });
  });
});
