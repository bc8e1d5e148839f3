import { RoomAudit } from './room-audit';
import { type Place, StreamTally, sum, tallyOf } from './stream-tally';

describe('RoomAudit', () => {
  const log: Place[] = [
    { seq: 3, content: 11 },
    { seq: 4, content: -4 },
    { seq: 5, content: 12 },
    { seq: 6, content: 13 },
  ];
  const acks = new Map([
    [11, 3],
    [12, 5],
    [13, 6],
  ]);
  const audit = (stored: readonly Place[], seen: readonly Place[] = stored, acknowledged: ReadonlyMap<number, number> = acks) => {
    const reader = new StreamTally(2);
    for (const place of seen) reader.see(place);
    const judge = new RoomAudit({ from: 2, acks: acknowledged, readers: [reader], isOwn: () => true });
    for (const place of stored) judge.take(place);
    const { log: ofLog, rest } = judge.finish();
    return sum([ofLog, rest]);
  };

  it('finds nothing where the log, the acknowledgements and the readers agree', () => {
    expect(audit(log)).toEqual({ lost: 0, duplicated: 0, reordered: 0 });
  });

  it('finds an acknowledged post that is not in the log', () => {
    expect(audit(log, log, new Map([...acks, [14, 7]]))).toEqual({ lost: 1, duplicated: 0, reordered: 0 });
  });

  it('finds a post that is stored twice, acknowledged or not', () => {
    expect(audit([...log, { seq: 7, content: 12 }]).duplicated).toBe(1);
    expect(audit([...log, { seq: 7, content: 20 }, { seq: 8, content: 20 }]).duplicated).toBe(1);
  });

  it('finds a post that is not where its acknowledgement said', () => {
    const swapped = log.map(({ seq, content }) => ({ seq, content: content === 12 ? 13 : content === 13 ? 12 : content }));
    expect(audit(swapped)).toEqual({ lost: 0, duplicated: 0, reordered: 2 });
  });

  it('finds a hole in the log itself', () => {
    expect(audit([log[0]!, log[1]!, log[3]!], [], new Map()).lost).toBeGreaterThan(0);
  });

  it('finds what a reader lost, at the end too, got twice, or got in another order', () => {
    const [first, second, third, fourth] = log as [Place, Place, Place, Place];
    expect(audit(log, [first, third, fourth])).toEqual({ lost: 1, duplicated: 0, reordered: 0 });
    expect(audit(log, [first, second])).toEqual({ lost: 2, duplicated: 0, reordered: 0 });
    expect(audit(log, [first, second, second, third, fourth])).toEqual({ lost: 0, duplicated: 1, reordered: 0 });
    expect(audit(log, [first, third, second, fourth]).reordered).toBe(1);
  });

  it('knows whether its readers have seen the end', () => {
    const late = tallyOf(2, log.slice(0, 2));
    const judge = new RoomAudit({ from: 2, acks: new Map(), readers: [late], isOwn: () => false });
    for (const place of log) judge.take(place);
    expect(judge.isCaughtUp).toBe(false);
    for (const place of log.slice(2)) late.see(place);
    expect(judge.isCaughtUp).toBe(true);
  });
});
