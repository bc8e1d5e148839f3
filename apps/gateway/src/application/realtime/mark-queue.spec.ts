import { type RoomHead } from '@agent-chat/contracts';
import { type RoomId } from '@agent-chat/kernel';
import { deferred, type Deferred } from '@agent-chat/testing';
import { MarkQueue } from './mark-queue';

interface Stored {
  readonly seq: number;
  readonly force: boolean;
  readonly answer: Deferred<RoomHead>;
}

describe('Read marks of one person in one room', () => {
  const stored: Stored[] = [];
  let idle: number;
  let queue: MarkQueue;

  beforeEach(() => {
    jest.useFakeTimers();
    stored.length = 0;
    idle = 0;
    queue = new MarkQueue(
      async (seq, force) => {
        const answer = deferred<RoomHead>();
        stored.push({ seq, force, answer });
        return answer.promise;
      },
      () => idle++,
    );
  });

  afterEach(() => jest.useRealTimers());

  const calls = (): [number, boolean][] => stored.map(({ seq, force }) => [seq, force]);
  const land = async (at: number): Promise<void> => {
    stored[at]!.answer.resolve({ roomId: 'r' as RoomId, head: 9, readSeq: stored[at]!.seq, unreadCount: 0, mentionCount: 0 });
    await jest.advanceTimersByTimeAsync(0);
  };

  it('go at once, then once a second, the greatest of those that waited', async () => {
    const answers = [queue.mark(1, false), queue.mark(5, false), queue.mark(3, false)];
    await land(0);
    expect(calls()).toEqual([[1, false]]);
    await jest.advanceTimersByTimeAsync(999);
    expect(calls()).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(calls()).toEqual([
      [1, false],
      [5, false],
    ]);
    await land(1);
    expect((await Promise.all(answers)).map(({ readSeq }) => readSeq)).toEqual([1, 5, 5]);
  });

  it('that are forced drop what was waiting and do not wait themselves', async () => {
    void queue.mark(1, false);
    void queue.mark(8, false);
    void queue.mark(4, true);
    await land(0);
    expect(calls()).toEqual([
      [1, false],
      [4, true],
    ]);
  });

  it('never overtake one that is on its way', async () => {
    void queue.mark(1, false);
    void queue.mark(4, true);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(calls()).toEqual([[1, false]]);
    await land(0);
    expect(calls()).toHaveLength(2);
  });

  it('tell a failure to all who waited for it, and are forgotten after a quiet second', async () => {
    const failed = queue.mark(1, false);
    stored[0]!.answer.reject(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(idle).toBe(1);
  });
});
