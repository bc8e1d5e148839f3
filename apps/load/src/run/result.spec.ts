import { Recorder } from '../worker/recorder';
import { limitsOf, type Point, recoverySeconds } from './result';
import { CLEAN, partsOf, sampleResult, SCENARIO, secondOf } from './testing/sample-result';
import { Timeline } from './timeline';

describe('the result of a run', () => {
  it('puts the processes together: counts are sums, percentiles those of all values', () => {
    const { acts, delivery, verdict } = sampleResult();
    expect(acts.post).toMatchObject({ offered: 6, done: 6, due: { count: 6, max: 12 }, service: { max: 11 } });
    expect(acts.post.due.p50).toBeCloseTo(6, 1);
    expect(delivery.max).toBe(14);
    expect(verdict).toMatchObject({ ok: true, reasons: [], checkedAcks: 6, checkedRooms: 10, control: 'passed' });
  });

  it.each([
    ['a loss', { verdicts: [CLEAN, { ...CLEAN, lost: 1 }] }, '1 lost'],
    ['a duplicate', { verdicts: [{ ...CLEAN, duplicated: 2 }] }, '2 delivered or stored twice'],
    ['another order', { verdicts: [{ ...CLEAN, reordered: 1 }] }, '1 out of order'],
    [
      'a verifier that finds nothing',
      { verdicts: [CLEAN, { ...CLEAN, control: 'failed' as const }] },
      'the verifier did not find the faults that were put into a copy of its evidence',
    ],
    [
      'a room that could not be read',
      { verdicts: [{ ...CLEAN, unreadRooms: 2, unread: 'room: HTTP 500' }] },
      '2 rooms could not be verified, such as room: HTTP 500',
    ],
    ['a process that is missing', { missing: ['process 2 failed'] }, 'process 2 failed'],
    ['a broken limit', partsOf([100]), 'ackP99Ms is 100, and the limit is 50'],
  ])('fails for %s', (_, change, reason) => {
    expect(sampleResult(change).verdict).toMatchObject({ ok: false, reasons: [reason] });
  });

  it('passes without a control where too little was seen to have one', () => {
    expect(sampleResult({ verdicts: [{ ...CLEAN, control: 'none' }] }).verdict).toMatchObject({ ok: true, control: 'none' });
  });

  it('counts errors by act and code, and holds them to their limit', () => {
    const recorder = new Recorder();
    for (let count = 0; count < 10; count++) recorder.offer('read', 0, 0);
    for (let count = 0; count < 9; count++) recorder.done('read', { dueMs: 0, sentMs: 0, endMs: 1 });
    recorder.fail('read', 'RATE_LIMITED');
    recorder.fail('connect', 'ECONNREFUSED');
    const result = sampleResult({ figures: [recorder.figures(0)] });
    expect(result.acts.read.errors).toEqual({ RATE_LIMITED: 1 });
    expect(result.connectionErrors).toEqual({ ECONNREFUSED: 1 });
    const limits = limitsOf({ ...SCENARIO, limits: { ...SCENARIO.limits, errorShare: 0.05, otherErrorShare: 0, achievedShare: 0.8 } }, result);
    expect(limits).toEqual([
      { name: 'ackP99Ms', limit: 50, value: null, held: false },
      { name: 'errorShare', limit: 0.05, value: 0.1, held: false },
      { name: 'otherErrorShare', limit: 0, value: 0, held: true },
      { name: 'achievedShare', limit: 0.8, value: 0.9, held: true },
    ]);
  });
});

describe('the time to recover from a spike', () => {
  const phases = [
    { kind: 'steady' as const, seconds: 2, rate: 0.1 },
    { kind: 'spike' as const, seconds: 3, rate: 1 },
    { kind: 'steady' as const, seconds: 5, rate: 0.1 },
  ];
  /** Ten seconds, whose p99 are these. */
  const series = (p99: readonly number[], errorsAt: readonly number[] = []) =>
    p99.map((ackP99, second) => ({ second, ackP99, errors: errorsAt.includes(second) ? { UNAVAILABLE: 1 } : {} }) as unknown as Point);

  it.each([
    ['nothing is late or refused after it', series([300, 9, 900, 900, 900, 290, 9, 9, 9, 9], [2, 3, 4]), 0],
    ['answers are late for two seconds', series([300, 9, 900, 900, 900, 900, 301, 9, 9, 9]), 2],
    ['something is refused once more', series([9, 9, 900, 900, 900, 9, 9, 9, 9, 9], [7]), 3],
  ])('is found where %s', (_, points, expected) => {
    expect(recoverySeconds(phases, points)).toBe(expected);
  });

  it('is unknown where there was no spike', () => {
    expect(recoverySeconds(phases.slice(0, 1), series([9]))).toBeNull();
  });
});

describe('Timeline', () => {
  it('closes a second when all processes have told of it', () => {
    const timeline = new Timeline(2);
    timeline.add(secondOf(0, { errors: { TIMEOUT: 1 } }));
    expect(timeline.last).toBeUndefined();
    timeline.add(secondOf(0, { errors: { TIMEOUT: 2, UNAVAILABLE: 1 }, lagMs: 7 }));
    expect(timeline.last).toMatchObject({ second: 0, done: 196, connections: 20, lagMs: 7, errors: { TIMEOUT: 3, UNAVAILABLE: 1 }, ackP50: 4 });
  });

  it('does not wait for ever for a process that died, and keeps the order', () => {
    const timeline = new Timeline(2);
    for (let second = 0; second < 10; second++) timeline.add(secondOf(second));
    expect(timeline.last?.second).toBe(3);
    expect(timeline.all().map(({ second }) => second)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
