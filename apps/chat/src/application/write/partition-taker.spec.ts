import { encodeCommand, type Command } from '@agent-chat/contracts';
import { type EventLog, type StoredRecord } from '@agent-chat/event-log';
import { newId, type GatewayId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { type Progress, type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { OwnedPartition } from './owned-partition';
import { OwnerClock } from './owner-clock';
import { PartitionTaker } from './partition-taker';

// A restore is an alarm; here it is expected.
Logger.overrideLogger(false);

const NOW = '2026-01-01T00:00:00.000Z';
const NOW_MS = Date.parse(NOW);
const DECIDED_AT_MS = NOW_MS - 60_000;

function recordAt(offset: number, appendedAtMs: number, requestId = newId<RequestId>()): StoredRecord {
  const command: Command = {
    type: 'message.post',
    roomId: newId<RoomId>(),
    actorId: newId<UserId>(),
    key: newId(),
    requestId,
    gatewayId: newId<GatewayId>(),
    data: { messageId: newId<MessageId>(), text: 'hello' },
  };
  return { ...encodeCommand(command), partition: 3, offset, appendedAtMs };
}

const decided = newId<RequestId>();

/** Takes partition 3, whose row ends at offset 40, from a log that holds these records. */
async function take({ records = [], end = 41, row = {}, committed = 41, before = -1 }: Taking = {}) {
  const stored: Progress = {
    fence: 7,
    state: 'active',
    epoch: 1,
    position: 90,
    command_offset: 40,
    command_request_id: decided,
    command_appended_ms: DECIDED_AT_MS,
    published_position: 80,
    last_at: NOW,
    now: NOW,
    ...row,
  };
  const steps: string[] = [];
  const first = records[0]?.offset ?? end;
  const log = {
    read: (_topic: string, _partition: number, from: number, limit: number) => {
      steps.push('compared');
      const found = records.filter(({ offset }) => offset >= from).slice(0, limit);
      return Promise.resolve({ records: found, firstOffset: first, endOffset: end });
    },
  } as unknown as EventLog;
  const progress = {
    raise: async (_partition: number, _owner: string, adjust: (raised: Progress) => Promise<Partial<Progress>>) => {
      steps.push('raised');
      const changes = await adjust(stored);
      return { ...stored, ...changes };
    },
  } as unknown as ProgressRepository;
  const clock = new OwnerClock(
    () => 0,
    () => undefined,
  );
  const partition = new OwnedPartition(3);
  partition.committedOffset = before;
  const seeks: number[] = [];
  await new PartitionTaker(log, progress, clock, 'me').take(partition, {
    committed: () => Promise.resolve(committed),
    seek: (_partition, offset) => {
      steps.push(`seeks as ${partition.state}`);
      seeks.push(offset);
    },
  });
  return { partition, seeks, steps, clock };
}

interface Taking {
  readonly records?: readonly StoredRecord[];
  readonly end?: number;
  readonly row?: Partial<Progress>;
  readonly committed?: number;
  /** The last offset that this owner had committed itself. */
  readonly before?: number;
}

const same = (): StoredRecord => recordAt(40, DECIDED_AT_MS, decided);

describe('PartitionTaker', () => {
  it('compares after the raise, and has the log go on behind the last decided command (P5, P13)', async () => {
    const { partition, seeks, steps } = await take({ records: [same(), recordAt(41, NOW_MS)], end: 42 });

    expect(steps).toEqual(['raised', 'compared', 'seeks as active']);
    expect(seeks).toEqual([41]);
    expect(partition).toMatchObject({ state: 'active', fence: 7, epoch: 1, position: 90, commandOffset: 40, committedOffset: 40 });
  });

  it('learns the database’s clock (P17)', async () => {
    const { clock } = await take({ records: [same()] });

    expect(clock.nowMs()).toBe(NOW_MS);
  });

  it.each([
    ['another call’s record lies at the offset', [recordAt(40, DECIDED_AT_MS)], 41],
    ['a record of another time lies at the offset', [recordAt(40, DECIDED_AT_MS + 1, decided)], 41],
    ['it ends before the offset', [recordAt(0, NOW_MS)], 1],
    ['it ends at the offset', [recordAt(39, DECIDED_AT_MS)], 40],
    ['it is empty', [], 0],
    ['what it begins with beyond the offset is older', [recordAt(50, DECIDED_AT_MS - 1)], 51],
  ])('starts at the first record of another log: %s (P13)', async (_title, records, end) => {
    const first = records[0]?.offset ?? end;
    const { partition, seeks } = await take({ records, end, committed: 0 });

    expect(seeks).toEqual([first]);
    expect(partition).toMatchObject({ commandOffset: first - 1, epoch: 1, position: 90 });
    // Of what lay there, commands older than the last decided one were decided in the earlier log.
    expect(partition.skip).toEqual({ beforeMs: DECIDED_AT_MS, belowOffset: end });
  });

  it('takes a log whose retention has passed the record for the same (P13)', async () => {
    const { partition, seeks } = await take({ records: [recordAt(50, NOW_MS)], end: 51 });

    expect(seeks).toEqual([41]);
    expect(partition.skip).toEqual({ beforeMs: 0, belowOffset: 0 });
  });

  it('takes a log for the same whose retention has passed all there was (P13)', async () => {
    const { partition, seeks } = await take({ records: [], end: 41 });

    expect(seeks).toEqual([41]);
    expect(partition.skip).toEqual({ beforeMs: 0, belowOffset: 0 });
  });

  it('skips nothing where nothing was decided yet, and still skips when an owner died before its first commit (P13)', async () => {
    const records = [recordAt(0, DECIDED_AT_MS - 1)];
    const fresh = await take({ records, end: 1, committed: 0, row: { command_offset: -1, command_request_id: null, command_appended_ms: 0 } });
    const died = await take({ records, end: 1, committed: 0, row: { command_offset: -1, command_request_id: null } });

    expect([fresh.seeks, died.seeks]).toEqual([[0], [0]]);
    expect(fresh.partition.skip).toEqual({ beforeMs: 0, belowOffset: 0 });
    expect(died.partition.skip).toEqual({ beforeMs: DECIDED_AT_MS, belowOffset: 1 });
  });

  it.each([
    ['the group’s committed offset', { committed: 42 }],
    ['its own last commit', { committed: 0, before: 41 }],
  ])('sees a restore by %s (P29)', async (_title, known) => {
    const { partition, seeks } = await take({ records: [same(), recordAt(41, NOW_MS)], end: 42, ...known });

    expect(partition).toMatchObject({ epoch: NOW_MS / 1_000, position: NOW_MS });
    // What the log holds beyond the backup is decided again.
    expect(seeks).toEqual([41]);
  });

  it('takes a commit that stands where the row does for no restore (P29)', async () => {
    const { partition } = await take({ records: [same()], committed: 41, before: 40 });

    expect(partition.epoch).toBe(1);
  });

  it('raises epoch and position above the old ones although the clock is behind (P29)', async () => {
    const row = { epoch: NOW_MS, position: NOW_MS * 2 };
    const { partition } = await take({ records: [same()], committed: 42, row });

    expect(partition).toMatchObject({ epoch: NOW_MS + 1, position: NOW_MS * 2 + 1 });
  });
});
