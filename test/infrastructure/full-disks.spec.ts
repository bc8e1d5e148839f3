import { eventually, startTestServers, type TestServers } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { DatabaseOnSmallDisk } from '../support/database-on-small-disk';
import { FaultyCluster } from '../support/cluster-faults';
import { type Fault, FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { RestClient, RestFailure } from '../support/rest-client';
import { SmallDisk } from '../support/small-disk';

const DATABASE_MB = 192;
const BROKER_MB = 256;
const FULL_MS = 5_000;
const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };

jest.setTimeout(300_000);

describe('a cluster under load one of whose disks is full', () => {
  const reports = new FaultReports('full-disks');
  const disks: SmallDisk[] = [];
  let database: DatabaseOnSmallDisk | undefined;
  let kafka: TestServers | undefined;
  let cluster: FaultyCluster | undefined;
  let load: FaultLoad;
  let alice: RestClient;
  let roomId: string;

  beforeAll(async () => {
    disks.push(SmallDisk.mount(DATABASE_MB), SmallDisk.mount(BROKER_MB));
    database = await DatabaseOnSmallDisk.start(diskOf(0));
    kafka = await startTestServers('kafka', { folder: diskOf(1).path });
    cluster = await FaultyCluster.start({ env: { ...database.settings, ...kafka.settings } });
    alice = await RestClient.register(cluster.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'full' }));
    await post('before');
    load = await FaultLoad.open(cluster.url, loadOptions());
  });
  afterAll(async () => {
    await cluster?.stop();
    await kafka?.stop();
    await database?.stop();
    for (const disk of disks) await disk.remove();
  });

  const diskOf = (index: number): SmallDisk => {
    const disk = disks[index];
    if (disk === undefined) throw new Error('There is no such disk');
    return disk;
  };
  const post = (text: string): Promise<unknown> => alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: text.padEnd(4_000) });
  /** Writes until that is refused, and sees that what is stored can be read meanwhile. */
  const writeUntilRefused = async (): Promise<void> => {
    const refused = await eventually(async () => {
      const failure = await post('while the disk is full').then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!(failure instanceof RestFailure)) throw new Error(`Nothing is refused: ${String(failure)}`);
      return failure;
    }, PATIENCE);
    expect(refused.body).toMatchObject({ retryable: true });
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain(refused.code);
    expect((await alice.log(roomId)).length).toBeGreaterThan(0);
  };

  it('refuses writes as what may be tried again, and reads go on, while it is that of the databases', async () => {
    const full: Fault = {
      name: `the disk of the databases is full for ${String(FULL_MS / 1_000)} s`,
      begin: async () => {
        diskOf(0).fill();
        await writeUntilRefused();
      },
      mend: () => {
        diskOf(0).free();
        return Promise.resolve();
      },
      lastsMs: FULL_MS,
    };
    reports.expectKept(await load.under(full));
  });

  it('refuses writes as what may be tried again, and reads go on, while it is that of the broker, who stops', async () => {
    const full: Fault = {
      name: `the disk of kafka-1 is full for ${String(FULL_MS / 1_000)} s, and it is started again`,
      begin: async () => {
        diskOf(1).fill();
        await writeUntilRefused();
      },
      mend: async () => {
        diskOf(1).free();
        await kafka?.servers[0]?.restart();
      },
      lastsMs: FULL_MS,
    };
    reports.expectKept(await load.under(full));
  });
});
