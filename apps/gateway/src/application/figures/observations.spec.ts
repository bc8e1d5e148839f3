import { type QueryInput } from '@agent-chat/contracts';
import { AppError } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';
import { FakeClock } from '@agent-chat/testing';
import { Observations } from './observations';

type Report = QueryInput<'figures.observe'>;

describe('what a gateway observes', () => {
  let clock: FakeClock;
  let told: Report[];
  let isAway: boolean;
  let observations: Observations;

  beforeEach(() => {
    clock = new FakeClock(Date.UTC(2026, 0, 1, 12, 0, 30));
    told = [];
    isAway = false;
    const bus = {
      ask: async (_query: string, report: Report) => {
        told.push(report);
        if (isAway) throw new AppError('UNAVAILABLE');
        return {};
      },
    };
    observations = new Observations(bus as unknown as QueryBus, clock);
  });

  const ago = (ms: number) => new Date(clock.nowMs() - ms).toISOString();
  const lines = (report: Report | undefined) =>
    report?.observations.map(({ minute, series, label, count }) => `${minute.slice(11, 16)} ${series} ${label} ${count}`);

  it('is told in steps of time and by code', async () => {
    observations.delivered(3, ago(7));
    observations.delivered(1, ago(10));
    observations.delivered(1, ago(-5_000));
    observations.delivered(1, ago(3_600_000));
    observations.delivered(1, 'no time');
    observations.refused('TIMEOUT');
    await observations.tell();

    expect(lines(told[0])).toEqual(['12:00 delivery 10 4', '12:00 delivery 1 1', '12:00 delivery 60000 1', '12:00 error TIMEOUT 1']);
  });

  it('is told as the whole count of its minute, and only what has grown', async () => {
    observations.refused('TIMEOUT');
    observations.refused('RATE_LIMITED');
    await observations.tell();
    observations.refused('TIMEOUT');
    await observations.tell();
    await observations.tell();
    clock.advance(60_000);
    observations.refused('TIMEOUT');
    await observations.tell();

    expect(told.map(lines)).toEqual([['12:00 error TIMEOUT 1', '12:00 error RATE_LIMITED 1'], ['12:00 error TIMEOUT 2'], ['12:01 error TIMEOUT 1']]);
  });

  it('is told again where nobody took it, for an hour at most', async () => {
    isAway = true;
    for (let minute = 0; minute < 90; minute++) {
      observations.refused('TIMEOUT');
      await observations.tell();
      clock.advance(60_000);
    }
    isAway = false;
    await observations.tell();
    await observations.tell();

    const last = told.at(-1)!;
    expect(told).toHaveLength(91);
    expect(last.observations).toHaveLength(60);
    expect(lines(last)).toContain('13:29 error TIMEOUT 1');
    expect(last.processId).toBe(told[0]!.processId);
  });
});
