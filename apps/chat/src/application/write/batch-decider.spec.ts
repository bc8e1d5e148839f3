import { encodeCommand, type Command, type CommandAnswer, type CommandData } from '@agent-chat/contracts';
import { type StoredRecord } from '@agent-chat/event-log';
import { newId, type GatewayId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { absentRoom } from '../../domain/room-state';
import { BatchDecider, decodeWork, type DecidedBatch } from './batch-decider';
import { OwnedPartition } from './owned-partition';
import { OwnerClock } from './owner-clock';

// Skipped commands are told of; here they are expected.
Logger.overrideLogger(false);

const NOW_MS = Date.UTC(2026, 0, 1);
const alice = newId<UserId>();
const bob = newId<UserId>();

interface Call {
  readonly offset: number;
  readonly data?: CommandData<'message.post'>;
  readonly key?: string;
  readonly actorId?: UserId;
  readonly appendedAtMs?: number;
}

/** A partition with one room that alice is in, decided up to offset 9. */
function setUp() {
  const partition = new OwnedPartition(3);
  const roomId = newId<RoomId>();
  const room = absentRoom(roomId, 3);
  room.lastSeq = 2;
  room.members.set(alice, { role: 'owner', muted: false, joinedAt: '' });
  partition.rooms.set(roomId, room);
  Object.assign(partition, { state: 'active', commandOffset: 9, position: 20 });
  const clock = new OwnerClock(
    () => 0,
    () => undefined,
  );
  clock.correct(NOW_MS);
  const decider = new BatchDecider(clock);
  const record = ({
    offset,
    key = newId(),
    actorId = alice,
    appendedAtMs = NOW_MS,
    data = { messageId: newId<MessageId>(), text: 'x' },
  }: Call): StoredRecord => {
    const command: Command = { type: 'message.post', roomId, actorId, key, requestId: newId<RequestId>(), gatewayId: newId<GatewayId>(), data };
    return { ...encodeCommand(command), partition: 3, offset, appendedAtMs };
  };
  const decide = (...records: StoredRecord[]): DecidedBatch => decider.decide([{ partition, items: records.map((each) => decodeWork({ record: each })) }]);
  return { partition, room, record, decide };
}

const said = ({ replies }: DecidedBatch): (number | string)[] => replies.map(({ answer }) => told(answer));
const told = (answer: CommandAnswer): number | string => (answer.ok ? answer.result.seq : answer.error.code);

describe('BatchDecider', () => {
  it('numbers what happens without a gap, and moves the offset past refusals too (P8)', () => {
    const { record, decide } = setUp();
    const batch = decide(record({ offset: 10 }), record({ offset: 11, actorId: newId<UserId>() }), record({ offset: 12 }));

    expect(said(batch)).toEqual([3, 'ROOM_NOT_FOUND', 4]);
    expect(batch.rows.events.map(({ seq, position }) => [seq, position])).toEqual([
      [3, 21],
      [4, 22],
    ]);
    expect(batch.rows.progress).toMatchObject([{ previous_offset: 9, command_offset: 12, position: 22 }]);
  });

  it('skips a command that comes again, whatever it would be decided now, and never moves the offset back (P12)', () => {
    const { record, decide } = setUp();
    const batch = decide(record({ offset: 8 }), record({ offset: 9 }));

    expect(said(batch)).toEqual([]);
    expect(batch.rows.events).toEqual([]);
    expect(batch.rows.progress).toMatchObject([{ previous_offset: 9, command_offset: 9 }]);
  });

  it('answers a command that comes again what is stored under its key (P12)', () => {
    const { record, decide } = setUp();
    const first = record({ offset: 10, key: 'mine' });
    decide(first);
    const batch = decide(first);

    expect(batch.replies.map(({ answer }) => answer)).toMatchObject([{ ok: true, result: { seq: 3, duplicate: false } }]);
    expect(batch.rows.events).toEqual([]);
  });

  it('tells the sender of a record that is no command once, and not again (P12, P15)', () => {
    const { record, decide } = setUp();
    const broken = { ...record({ offset: 10 }), value: 'no JSON' };

    expect(said(decide(broken))).toEqual(['MALFORMED_REQUEST']);
    expect(said(decide(broken))).toEqual([]);
  });

  it('skips what an earlier log held, by age and place, and decides what is new in either (P13)', () => {
    const { partition, record, decide } = setUp();
    partition.skip = { beforeMs: NOW_MS - 1_000, belowOffset: 12 };
    const old = NOW_MS - 2_000;
    const batch = decide(
      record({ offset: 10, appendedAtMs: old }),
      record({ offset: 11, appendedAtMs: NOW_MS - 1_000 }),
      record({ offset: 12, appendedAtMs: old }),
    );

    expect(said(batch)).toEqual([3, 4]);
    expect(batch.rows.progress).toMatchObject([{ command_offset: 12 }]);
  });

  it('decides in the order of the log: a duplicate behind its first takes no seq (P1, P11)', () => {
    const { record, decide } = setUp();
    const data = { messageId: newId<MessageId>(), text: 'once' };
    const again = { messageId: newId<MessageId>(), text: 'once' };
    const batch = decide(record({ offset: 10, key: 'same', data }), record({ offset: 11, key: 'same', data: again }), record({ offset: 12 }));

    expect(said(batch)).toEqual([3, 3, 4]);
    expect(batch.replies.map(({ answer }) => answer.ok && answer.result.duplicate)).toEqual([false, true, false]);
    expect(batch.rows.keys).toHaveLength(2);
  });

  it('deduplicates every kind of call, not posts alone (P1)', () => {
    const { room, record, decide } = setUp();
    const joining = (offset: number): StoredRecord => {
      const post = record({ offset, key: 'join', actorId: bob });
      return { ...post, value: '{}', headers: { ...post.headers, type: 'room.join' } };
    };
    room.kind = 'public';
    const batch = decide(joining(10), joining(11));

    expect(batch.replies.map(({ answer }) => answer)).toMatchObject([
      { ok: true, result: { seq: 3, changed: true, duplicate: false } },
      { ok: true, result: { seq: 3, changed: true, duplicate: true } },
    ]);
  });

  it('refuses a key for other content (P1)', () => {
    const { record, decide } = setUp();
    const batch = decide(record({ offset: 10, key: 'same' }), record({ offset: 11, key: 'same', data: { messageId: newId<MessageId>(), text: 'other' } }));

    expect(said(batch)).toEqual([3, 'IDEMPOTENCY_CONFLICT']);
  });
});
