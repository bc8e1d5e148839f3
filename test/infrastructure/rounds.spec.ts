import { seededRandom } from '@agent-chat/load';
import { FaultyCluster } from '../support/cluster-faults';
import { type Fault, FaultLoad, loadOptions } from '../support/fault-load';
import { FaultReports } from '../support/fault-reports';

const seed = Number(process.env['FAULT_SEED'] ?? 1);
const minutes = Number(process.env['FAULT_MINUTES'] ?? 0);
const rounds = Number(process.env['FAULT_ROUNDS'] ?? (minutes > 0 ? Infinity : 4));
const MINUTE_MS = 60_000;
/** Two things may break at once. */
const BACK_WITHIN_MS = 30_000;
const A_ROUND_MS = 4 * MINUTE_MS;

jest.setTimeout(5 * MINUTE_MS + (minutes > 0 ? minutes * MINUTE_MS + A_ROUND_MS : rounds * A_ROUND_MS));

describe(`faults at random, seed ${String(seed)}`, () => {
  const reports = new FaultReports('rounds');
  const random = seededRandom(seed);
  let cluster: FaultyCluster;

  beforeAll(async () => {
    cluster = await FaultyCluster.start();
  });
  afterAll(() => cluster.stop());

  const between = (low: number, high: number): number => Math.round(low + random() * (high - low));
  const one = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  };
  /** Two at once, now and then. */
  const draw = (): Fault => (random() < 0.3 ? together(single(), cluster.crash(one(cluster.apps))) : single());
  const single = (): Fault => {
    const kinds = [
      () => cluster.crash(one(cluster.apps)),
      () => cluster.pause(one(cluster.apps.filter((name) => name.startsWith('chat'))), between(1_000, 15_000)),
      () => cluster.outage(one(['redis', 'kafka-1', 'postgres', 'nginx']), between(1_000, 10_000)),
    ];
    return one(kinds)();
  };

  it('lose, double and reorder nothing', async () => {
    const load = await FaultLoad.open(cluster.url, loadOptions());
    const endMs = minutes > 0 ? performance.now() + minutes * MINUTE_MS : Infinity;
    for (let round = 1; round <= rounds && performance.now() < endMs; round++) reports.expectKept(await load.under(draw()), { backWithinMs: BACK_WITHIN_MS });
  });
});

function together(first: Fault, second: Fault): Fault {
  return {
    name: `${first.name}, and ${second.name}`,
    begin: () => Promise.all([first.begin(), second.begin()]),
    // One after the other: both may be of the same process.
    mend: async () => {
      await first.mend();
      await second.mend();
    },
    lastsMs: Math.max(first.lastsMs ?? 3_000, second.lastsMs ?? 3_000),
  };
}
