import { FaultyCluster } from '../support/cluster-faults';
import { FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { ReconnectStorm } from '../support/reconnect-storm';

/** No acknowledgement takes longer while one process after the other is replaced, handing over of partitions included. */
const ROLLING_STALL_MS = 5_000;
const STORM = Number(process.env['FAULT_STORM'] ?? 5_000);

/** Thousands of clients are made one after the other before they come back at once. */
const STORM_LIMIT_MS = 900_000;

jest.setTimeout(300_000);

describe('a cluster under load, whichever of its processes ends', () => {
  const reports = new FaultReports('every-process');
  let cluster: FaultyCluster;
  let load: FaultLoad;

  beforeAll(async () => {
    cluster = await FaultyCluster.start();
    load = await FaultLoad.open(cluster.url, loadOptions());
  });
  afterAll(() => cluster.stop());

  it.each(['gateway-2', 'chat-2', 'presence-1', 'analytics-1', 'storage-1', 'worker-1', 'nginx'])('loses nothing by kill -9 of %s', async (name) => {
    reports.expectKept(await load.under(name === 'nginx' ? cluster.outage(name, 2_000) : cluster.crash(name)));
  });

  it.each(['gateway', 'chat'])('loses nothing by kill -9 of every %s at once', async (app) => {
    reports.expectKept(await load.under(cluster.allOf(app)));
  });

  it('loses nothing by a rolling restart of everything', async () => {
    reports.expectKept(await load.under(cluster.rollingRestart()), { stallMs: ROLLING_STALL_MS });
  });

  it(
    'loses nothing when everybody reconnects at once',
    async () => {
      const storm = await ReconnectStorm.gather(cluster.url, STORM);
      try {
        reports.expectKept(await load.under(storm.asFault()));
        process.stdout.write(`the last of ${String(STORM)} was back after ${String(storm.tookMs)} ms\n`);
      } finally {
        storm.scatter();
      }
    },
    STORM_LIMIT_MS,
  );
});
