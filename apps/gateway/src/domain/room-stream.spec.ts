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

    expect(drained(stream)).toEqual(['2-7']);
    expect(stream.cursor).toEqual({ epoch: 1, seq: 7 });
    expect(stream.behind).toBe(false);
  });

  it('gives several groups that wait as one, up to one that changes access (P25)', () => {
    const stream = streamAt(1);
    stream.offer(groupOf(2, 3));
    stream.offer({ ...groupOf(4, 4), access: { type: 'member.left', userId: 'u' } });
    stream.offer(groupOf(5, 5));
    stream.offer(groupOf(7, 7));
    expect(stream.waitingEvents).toBe(5);

    expect(stream.next()).toEqual({ ...groupOf(2, 4), access: { type: 'member.left', userId: 'u' } });
    expect(stream.next()).toEqual(groupOf(5, 5));
    expect(stream.next()).toBeUndefined();
    expect(stream.waitingEvents).toBe(1);
  });

  it('joins no more than a frame should hold', () => {
    const stream = streamAt(0);
    const large = (seq: number): EventGroup => ({ roomId: 'r', epoch: 1, fromSeq: seq, events: ['x'.repeat(40_000)] });
    for (const seq of [1, 2, 3]) stream.offer(large(seq));

    expect(drained(stream)).toEqual(['1-2', '3-3']);
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
