import { eventually } from '@agent-chat/testing';
import { FaultyCluster } from '../support/cluster-faults';
import { type Fault, FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';
import { FreshReads } from '../support/fresh-reads';
import { PrimaryWitness } from '../support/primary-witness';
import { RestClient } from '../support/rest-client';
import { ServerRoles } from '../support/server-roles';

/** Beyond the lease of a primary, after which another one is made. */
const PAUSE_MS = 12_000;
/** What was acknowledged is announced, or found by asking each 2 s. */
const LIMITS = { deliveredWithinMs: 3_000 };
/** Sends are acknowledged without Redis. */
const WITHOUT_REDIS = { ...LIMITS, backWithinMs: 5_000 };
/** Nobody waits for a replica for longer, whatever became of it. */
const READ_WITHIN_MS = 3_000;
/** A replica that failed is tried again after a while that grows. */
const RESTED_WITHIN_MS = 60_000;

jest.setTimeout(400_000);

describe('a cluster on servers that replace each other, under load', () => {
  const reports = new FaultReports('replacing-servers');
  let cluster: FaultyCluster;
  let roles: ServerRoles;
  let load: FaultLoad;

  beforeAll(async () => {
    cluster = await FaultyCluster.start({ ha: true });
    roles = new ServerRoles(cluster);
    load = await FaultLoad.open(cluster.url, loadOptions());
  });
  beforeEach(() => roles.untilWhole());
  afterAll(async () => {
    await roles.close();
    await cluster.stop();
  });

  /** What is broken comes back under the load, and has its part again before that ends. */
  const healed = (fault: Fault, name: string): Fault => ({
    ...fault,
    name,
    mend: async () => {
      await fault.mend();
      await roles.untilWhole();
    },
  });

  it('goes on with two of three brokers when one is killed that leads partitions of the log of commands', async () => {
    const name = await roles.commandLeader();
    reports.expectKept(await load.under(healed(cluster.crash(name), 'kill -9 of one Kafka broker of three, which leads commands')), LIMITS);
  });

  it('goes on with two of three brokers when the one is killed that decides who leads', async () => {
    const name = roles.controller();
    reports.expectKept(await load.under(healed(cluster.crash(name), 'kill -9 of one Kafka broker of three, the controller')), LIMITS);
  });

  it('follows the Sentinels when the Redis master is killed', async () => {
    const name = await roles.redisMaster();
    reports.expectKept(await load.under(healed(cluster.crash(name), 'kill -9 of the Redis master under Sentinel')), WITHOUT_REDIS);
  });

  it.each(['first', 'second'])('loses nothing with the primary and its disk, the %s time', async () => {
    const node = cluster.node(await roles.primary());
    let destroyed: Promise<void> | undefined;
    const fault = {
      name: 'the Postgres primary under Patroni killed, its disk destroyed',
      begin: async () => {
        await node.kill();
        destroyed = node.destroy();
      },
      mend: async () => {
        await destroyed;
        await node.restart();
      },
    };
    reports.expectKept(await load.under(healed(fault, fault.name)), LIMITS);
  });

  it('is told nothing by a primary that stood still until another was made', async () => {
    const name = await roles.primary();
    const witness = await PrimaryWitness.connect(cluster.node(name).port);
    const pause = cluster.pause(name, PAUSE_MS);
    const mend = async (): Promise<void> => {
      // It finds this when it wakes, before anybody has told it that it is none any more.
      witness.write();
      await pause.mend();
    };
    const fault = healed({ ...pause, mend }, 'the Postgres primary under Patroni stands still past its lease and wakes up');
    reports.expectKept(await load.under(fault), LIMITS);
    expect(await witness.outcome()).toBe('refused');
  });

  it('reads what was acknowledged, from wherever it is to be had, when the standby is killed', async () => {
    const name = await roles.standby();
    const [writer, reader] = [await RestClient.register(cluster.url, 'writer'), await RestClient.register(cluster.url, 'reader')];
    const reading = await FreshReads.start(writer, reader);
    try {
      await eventually(async () => expect(await roles.answeredBy(name)).toBeGreaterThan(0));
      const fault = healed(cluster.crash(name), 'kill -9 of the Postgres standby under Patroni, which answers reads');
      reports.expectKept(await load.under(fault), LIMITS);
      const answered = await roles.answeredBy(name);
      await eventually(async () => expect(await roles.answeredBy(name)).toBeGreaterThan(answered), { timeoutMs: RESTED_WITHIN_MS, intervalMs: 500 });
    } finally {
      await reading.stop();
    }
    const { reads, slowestMs, ...wrong } = await reading.stop();
    process.stdout.write(`${String(reads)} reads meanwhile, the slowest took ${String(slowestMs)} ms\n`);
    expect(wrong).toEqual({ stale: 0, failures: [] });
    expect(slowestMs).toBeLessThan(READ_WITHIN_MS);
  });
});
