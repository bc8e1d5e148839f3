import { type Costs } from './costs';
import { PARTS } from './growth-record';
import { plan } from './plan';
import { DEFAULT_PRICES } from './prices';
import { readWorkload } from './workload';

/** Round figures, so that what is planned can be reckoned by hand. */
const COSTS: Costs = {
  fittedFrom: { commit: '', date: '', processor: '', dimensions: ['rate'] },
  bytesAMessage: 1_024,
  parts: {
    ...(Object.fromEntries(PARTS.map((part) => [part, { gatherMs: 10, cpuMicros: {} }])) as Costs['parts']),
    gateway: { gatherMs: 10, cpuMicros: { delivery: 10 }, memoryKb: { process: 100 * 1_024, connection: 20 } },
    chat: { gatherMs: 10, cpuMicros: { post: 1_000 } },
    directory: { gatherMs: 10, cpuMicros: { connection: 8 } },
    shards: { gatherMs: 10, cpuMicros: { post: 1_000 } },
  },
};

const planned = (given: object) => plan(readWorkload(given), COSTS, DEFAULT_PRICES);
const partOf = (made: ReturnType<typeof planned>, name: string) => made.parts.find(({ part }) => part === name)!;

describe('A plan', () => {
  // 1,000 messages and 10,000 deliveries a second: 1 processor for chat and for the databases, a tenth for gateways.
  const made = planned({ users: 100_000, messagesPerMinute: 60_000 });

  it('has as many of each as keeps their processors no busier than they may be', () => {
    expect([partOf(made, 'chat').count, partOf(made, 'chat').busyCores]).toEqual([2, 1]);
    expect(partOf(planned({ users: 100_000, messagesPerMinute: 600_000 }), 'chat')).toMatchObject({ count: 20, because: 'processor' });
  });

  it('has as many gateways as hold the connections', () => {
    expect(partOf(made, 'gateway')).toMatchObject({ count: 5, because: 'connections' });
    expect(partOf(made, 'gateway').memoryGb).toBeGreaterThan((0.1 + (20_000 * 20) / 2 ** 20) * 1.2);
  });

  it('has disks for what is kept', () => {
    const messages = 60_000 * 1_440 * 0.3 * 365;
    expect(partOf(made, 'shards').diskGb * partOf(made, 'shards').count).toBeCloseTo((messages * 1_024) / 2 ** 30, -2);
    expect(partOf(planned({ messagesPerMinute: 60_000, databaseDiskGb: 1_000 }), 'shards')).toMatchObject({ count: 10, because: 'disk' });
  });

  it('has partitions for eight a chat process, by powers of two', () => {
    expect([made.partitions, planned({ messagesPerMinute: 600_000 }).partitions]).toEqual([64, 256]);
  });

  it('says what is at its bound first, and which walls stand where', () => {
    expect(made.first).toEqual({ part: 'gateway', times: 1 });
    // 100,000 connections keep 0.8 of 16 processors busy, which may be half busy.
    expect(made.walls.find(({ what }) => what.includes('directory'))?.times).toBeCloseTo(10, 5);
  });

  it('costs what its parts cost', () => {
    const { coreHour, gbHour, diskGbMonth } = DEFAULT_PRICES;
    const { count, cores, memoryGb, diskGb, monthly } = partOf(made, 'shards');
    expect(monthly).toBeCloseTo(2 * count * ((cores * coreHour + memoryGb * gbHour) * 730 + diskGb * diskGbMonth), 5);
    expect(made.monthly).toBeCloseTo(
      made.parts.reduce((sum, part) => sum + part.monthly, made.traffic.monthly),
      5,
    );
  });

  it('takes more for more of anything', () => {
    const more = [{ users: 200_000 }, { messagesPerMinute: 120_000 }, { deliveriesPerMessage: 20 }, { retentionDays: 730 }];
    for (const change of more) expect(planned({ users: 100_000, messagesPerMinute: 60_000, ...change }).monthly).toBeGreaterThan(made.monthly);
  });
});
