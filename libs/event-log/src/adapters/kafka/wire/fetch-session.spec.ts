import { type FetchAnswer } from './fetch-api';
import { FetchSession } from './fetch-session';

const answer = (sessionId: number, errorCode = 0): FetchAnswer => ({ sessionId, errorCode, partitions: [], clientSideThrottleTime: 0 });
const offsets = (...entries: [number, number][]) => new Map(entries);

describe('a session of fetching', () => {
  it('tells everything once, then what has changed, what came and what is not wanted any more', () => {
    const session = new FetchSession();
    expect(session.request(offsets([1, 10], [2, 20]))).toEqual({ sessionId: 0, sessionEpoch: 0, partitions: offsets([1, 10], [2, 20]), forgotten: [] });
    expect(session.answered(answer(77))).toBe(true);
    expect(session.request(offsets([1, 10], [2, 21]))).toEqual({ sessionId: 77, sessionEpoch: 1, partitions: offsets([2, 21]), forgotten: [] });
    session.answered(answer(77));
    expect(session.request(offsets([2, 21], [3, 0]))).toEqual({ sessionId: 77, sessionEpoch: 2, partitions: offsets([3, 0]), forgotten: [1] });
    session.answered(answer(77));
    expect(session.request(offsets([1, 10], [2, 21], [3, 0]))).toEqual({ sessionId: 77, sessionEpoch: 3, partitions: offsets([1, 10]), forgotten: [] });
  });

  it.each([
    ['was lost on the way', (session: FetchSession) => session.lost()],
    ['is not known any more', (session: FetchSession) => expect(session.answered(answer(0, 70))).toBe(false)],
  ])('tells everything again, and ends the one before, when it %s', (_, happens) => {
    const session = new FetchSession();
    session.request(offsets([1, 10]));
    session.answered(answer(77));
    session.request(offsets([1, 11]));
    happens(session);
    expect(session.request(offsets([1, 11]))).toEqual({ sessionId: 77, sessionEpoch: 0, partitions: offsets([1, 11]), forgotten: [] });
    session.answered(answer(78));
    expect(session.request(offsets([1, 11]))).toEqual({ sessionId: 78, sessionEpoch: 1, partitions: offsets(), forgotten: [] });
  });

  it('leaves every other error to whoever waits before the next try, and that of a session which has just been asked for', () => {
    const session = new FetchSession();
    session.request(offsets([1, 10]));
    expect(() => session.answered(answer(0, 70))).toThrow('error 70');
    session.answered(answer(77));
    session.request(offsets([1, 11]));
    expect(() => session.answered(answer(0, -1))).toThrow('error -1');
  });

  it('tells everything each time where the broker has no place for it', () => {
    const session = new FetchSession();
    for (let round = 0; round < 2; round += 1) {
      expect(session.request(offsets([1, 10]))).toEqual({ sessionId: 0, sessionEpoch: 0, partitions: offsets([1, 10]), forgotten: [] });
      session.answered(answer(0));
    }
  });
});
