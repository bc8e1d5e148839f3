import { type EventGroup } from '@agent-chat/contracts';
import { lastSeqOf } from './event-groups';
import { RoomStream } from './room-stream';

const groupOf = (fromSeq: number, toSeq: number, epoch = 1): EventGroup => ({
  roomId: 'r',
  epoch,
  fromSeq,
  events: Array.from({ length: toSeq - fromSeq + 1 }, (_, index) => `{"seq":${fromSeq + index}}`),
});

function streamAt(seq: number): RoomStream {
  const stream = new RoomStream();
  stream.start({ epoch: 1, seq });
  return stream;
}

function drained(stream: RoomStream): string[] {
  const spans: string[] = [];
  for (let group = stream.next(); group !== undefined; group = stream.next()) spans.push(`${group.fromSeq}-${lastSeqOf(group)}`);
  return spans;
}

describe('A room stream', () => {
  it('gives each event once and in order, however groups are repeated or overlap (P27)', () => {
    const stream = streamAt(1);
    for (const [from, to] of [
      [3, 5],
      [3, 4],
      [5, 7],
      [3, 5],
      [2, 2],
    ] as const)
      stream.offer(groupOf(from, to));

    expect(drained(stream)).toEqual(['2-2', '3-5', '6-7']);
    expect(stream.cursor).toEqual({ epoch: 1, seq: 7 });
    expect(stream.behind).toBe(false);
  });

  it('drops what it has seen (P27)', () => {
    const stream = streamAt(4);
    stream.offer(groupOf(2, 4));

    expect([stream.hasNext, stream.behind, drained(stream)]).toEqual([false, false, []]);
  });

  it('stops at a gap and knows that something is missing (P27)', () => {
    const stream = streamAt(1);
    stream.offer(groupOf(3, 3));

    expect(drained(stream)).toEqual([]);
    expect([stream.behind, stream.hasGap]).toEqual([true, true]);
  });

  it('knows from a head alone that something is missing (P27)', () => {
    const stream = streamAt(1);
    stream.expect(2);

    expect([stream.behind, stream.hasGap]).toEqual([true, false]);
  });

  it('tells a later epoch, and drops an earlier one (P29)', () => {
    const stream = streamAt(1);

    expect(stream.offer(groupOf(2, 2, 2))).toBe(true);
    expect(stream.offer(groupOf(2, 2, 0))).toBe(false);
    expect(drained(stream)).toEqual([]);
  });
});
