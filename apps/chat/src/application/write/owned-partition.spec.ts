import { type CommandAnswer } from '@agent-chat/contracts';
import { type StoredRecord } from '@agent-chat/event-log';
import { AppError, newId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { absentRoom, type MessageState } from '../../domain/room-state';
import { type Progress } from '../../infrastructure/write/progress-repository';
import { OwnedPartition, touch, trimMessages, type Work } from './owned-partition';

function storedAt(offset: number): StoredRecord {
  return { key: newId(), value: '{}', headers: {}, partition: 0, offset, appendedAtMs: offset };
}

function record(offset: number): Work {
  return { record: storedAt(offset) };
}

function mark(): Work {
  return { mark: { roomId: newId<RoomId>(), userId: newId<UserId>(), seq: 1, force: false, done: () => undefined } };
}

function progress(changes: Partial<Progress> = {}): Progress {
  return {
    fence: 7,
    state: 'active',
    epoch: 1,
    position: 40,
    command_offset: 4,
    command_request_id: null,
    command_appended_ms: 0,
    published_position: 30,
    last_at: '2026-01-01T00:00:00.000Z',
    now: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

function refusal(requestId: string): CommandAnswer {
  return { requestId, ok: false, error: new AppError('MUTED').toBody() };
}

describe('OwnedPartition', () => {
  it('puts works back before those that came meanwhile, in order (P7)', () => {
    const partition = new OwnedPartition(0);
    const works = [record(1), mark(), record(2), record(3)];
    for (const work of works.slice(0, 3)) partition.push(work);
    const taken = partition.take(2);
    partition.push(works[3]!);
    partition.putBack(taken);

    expect(partition.take(Infinity)).toEqual(works);
  });

  it('lets the senders of marks ask again once it is lost, of those too that come back from a batch after that (P9, P33)', () => {
    const partition = new OwnedPartition(0);
    const outcomes: unknown[] = [];
    const asked = (): Work => ({ mark: { roomId: newId<RoomId>(), userId: newId<UserId>(), seq: 1, force: false, done: (error) => outcomes.push(error) } });
    for (const work of [asked(), record(1), asked()]) partition.push(work);
    const batch = partition.take(1);
    partition.lose();
    expect(outcomes).toMatchObject([{ code: 'UNAVAILABLE' }]);

    partition.putBack(batch);

    expect(outcomes).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'UNAVAILABLE' }]);
    expect(partition).toMatchObject({ state: 'lost', waiting: 0 });
  });

  it('takes no record behind a hole, and says from where it wants them; what is gone for good it does without (P13)', () => {
    const partition = new OwnedPartition(0);
    partition.begin(progress({ command_offset: 4 }));
    const records = [5, 6, 7, 8, 20].map(storedAt);

    expect(partition.receive(records.slice(0, 1))).toBeUndefined();
    expect(partition.receive(records.slice(2, 4))).toBe(6);
    expect(partition.waiting).toBe(1);
    expect(partition.receive(records.slice(1, 4))).toBeUndefined();
    expect(partition.take(Infinity).map((work) => 'record' in work && work.record.offset)).toEqual([5, 6, 7, 8]);

    expect([partition.receive(records.slice(4)), partition.receive(records.slice(4))]).toEqual([9, undefined]);
    expect(partition.waiting).toBe(1);
  });

  it('keeps marks and decided records when it is taken, and leaves the rest to the log (P7, P12)', () => {
    const partition = new OwnedPartition(0);
    const works = [record(3), mark(), record(4), record(5), mark()];
    for (const work of works) partition.push(work);
    partition.begin(progress());

    expect(partition.take(Infinity)).toEqual([works[0], works[1], works[2], works[4]]);
  });

  it('starts from the row alone, trusting no aggregate (P5)', () => {
    const partition = new OwnedPartition(0);
    const roomId = newId<RoomId>();
    partition.rooms.set(roomId, absentRoom(roomId, 0));
    partition.position = 99;
    partition.begin(progress({ published_position: 50 }));

    expect(partition.rooms.size).toBe(0);
    expect(partition).toMatchObject({ fence: 7, position: 40, publishedPosition: 40, commandOffset: 4, committedOffset: 4, state: 'active' });
  });

  it('goes back to its mark and forgets what was never stored (P6)', () => {
    const partition = new OwnedPartition(0);
    partition.begin(progress());
    const before = partition.savepoint();
    const roomId = newId<RoomId>();
    partition.rooms.set(roomId, absentRoom(roomId, 0));
    partition.position += 3;
    partition.lastAtMs += 1_000;
    partition.pass((record(9) as { record: StoredRecord }).record, undefined);
    partition.rollBack(before);

    expect(partition.savepoint()).toEqual(before);
    expect(partition.rooms.size).toBe(0);
  });

  it('keeps refusals by requestId for 60 s, and no answer that a stored key gives (P10)', () => {
    const partition = new OwnedPartition(0);
    const result = { seq: 1, epoch: 1, committedAt: '2026-01-01T00:00:00.000Z', duplicate: false, changed: true };
    partition.remember(refusal('early'), 0);
    for (let i = 0; i < 10_000; i++) partition.remember({ requestId: `ok ${i}`, ok: true, result }, 1_000);
    partition.remember({ requestId: 'duplicate', ok: true, result: { ...result, duplicate: true } }, 60_000);

    expect(partition.answerTo('early')).toEqual(refusal('early'));
    expect(partition.answerTo('duplicate')).toBeDefined();
    expect(partition.answerTo('ok 1')).toBeUndefined();
    partition.remember(refusal('late'), 60_001);
    expect(partition.answerTo('early')).toBeUndefined();
  });

  it('lets go of the rooms, keys and messages that were not used for longest', () => {
    const partition = new OwnedPartition(0);
    const roomIds = Array.from({ length: 1_001 }, () => newId<RoomId>());
    for (const roomId of roomIds) partition.rooms.set(roomId, absentRoom(roomId, 0));
    touch(partition.rooms, roomIds[0]!, partition.rooms.get(roomIds[0]!)!);
    for (let i = 0; i < 2_005; i++) partition.keys.set(`key ${i}`, {} as never);
    partition.trim();
    const room = absentRoom(roomIds[0]!, 0);
    const messageIds = Array.from({ length: 203 }, () => newId<MessageId>());
    for (const messageId of messageIds) room.messages.set(messageId, {} as MessageState);
    trimMessages(room);

    expect([...partition.rooms.keys()]).toEqual([...roomIds.slice(2), roomIds[0]]);
    expect([...partition.keys.keys()][0]).toBe('key 5');
    expect([...room.messages.keys()]).toEqual(messageIds.slice(3));
  });
});
