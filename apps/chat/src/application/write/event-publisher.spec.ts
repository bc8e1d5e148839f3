import { type LogEvent, type RoomEvent } from '@agent-chat/contracts';
import { type EventLog, type LogRecord } from '@agent-chat/event-log';
import { AppError, type AttachmentId, newId } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { type ProgressRepository } from '../../infrastructure/write/progress-repository';
import { type EncodedEvent } from './answer-dispatcher';
import { EventPublisher } from './event-publisher';
import { OwnedPartition } from './owned-partition';

/** So many files had the message that the second event of each partition is about. */
const ERASED = [newId<AttachmentId>(), newId<AttachmentId>()];

function eventAt(partition: OwnedPartition, position: number): EncodedEvent {
  const event = { roomId: `room of ${partition.partition}`, seq: position } as unknown as RoomEvent;
  return { partition, position, event, encoded: JSON.stringify(event) };
}

/** A partition whose newest committed event lies at this position. */
function activePartition(number: number, position = 0): OwnedPartition {
  const partition = new OwnedPartition(number);
  partition.state = 'active';
  partition.position = position;
  return partition;
}

/** A publisher over a log that takes appends as told, and a table of committed events. */
function setUp() {
  const taken: string[] = [];
  const stored = new Map<number, number[]>();
  const log = { accept: (_records: readonly LogRecord[]): Promise<void> => Promise.resolve() };
  const eventLog = {
    append: async (_topic: string, records: readonly LogRecord[]) => {
      await log.accept(records);
      for (const { value } of records) {
        const { partition, position } = JSON.parse(value) as LogEvent;
        taken.push(`${partition}:${position}`);
      }
      return [];
    },
  } as unknown as EventLog;
  const reads = { wait: (): Promise<void> => Promise.resolve() };
  const progress = {
    eventsAfter: async (partition: number, position: number, limit: number) => {
      await reads.wait();
      return (stored.get(partition) ?? [])
        .filter((one) => one > position)
        .slice(0, limit)
        .map((one) => ({
          partition,
          position: one,
          event: { roomId: `room of ${partition}`, seq: one },
          ...(one === 2 ? { erasedAttachmentIds: ERASED } : {}),
        }));
    },
  } as unknown as ProgressRepository;
  const caughtUp: number[] = [];
  const publisher = new EventPublisher(eventLog, progress, (events) => caughtUp.push(...events.map(({ position }) => position)));
  return { publisher, log, taken, stored, reads, caughtUp };
}

describe('EventPublisher', () => {
  it('appends together what is committed soon after an append', async () => {
    const { publisher, log, taken } = setUp();
    const sizes: number[] = [];
    log.accept = (records) => Promise.resolve(void sizes.push(records.length));
    const partition = activePartition(1);
    publisher.adopt(partition);
    const positions = Array.from({ length: 30 }, (_, index) => index + 1);
    for (const position of positions) {
      publisher.publish([eventAt(partition, position)]);
      await new Promise((resolve) => setImmediate(resolve));
    }

    await eventually(() => expect(taken).toEqual(positions.map((position) => `1:${String(position)}`)));
    // Two in the usual case; a machine that stands still on the way makes a few more.
    expect(sizes.length).toBeLessThan(10);
    await publisher.stop();
  });

  it('reads from the table what the log did not take, before anything newer (P18)', async () => {
    const { publisher, log, taken, stored, caughtUp } = setUp();
    const partition = activePartition(1);
    stored.set(1, [1, 2, 3]);
    publisher.adopt(partition);
    log.accept = () => Promise.reject(new AppError('LOG_UNCERTAIN'));
    publisher.publish([eventAt(partition, 1)]);
    await new Promise((resolve) => setImmediate(resolve));
    log.accept = () => Promise.resolve();
    publisher.publish([eventAt(partition, 2), eventAt(partition, 3)]);

    await eventually(() => expect(taken).toEqual(['1:1', '1:2', '1:3']));
    expect(partition.publishedPosition).toBe(3);
    expect(caughtUp).toEqual([1, 2, 3]);
    await publisher.stop();
  });

  it('says of messages that were deleted since how many files they had', async () => {
    const { publisher, log, stored } = setUp();
    const values: LogEvent[] = [];
    log.accept = (records) => Promise.resolve(void values.push(...records.map(({ value }) => JSON.parse(value) as LogEvent)));
    stored.set(1, [1, 2]);
    publisher.adopt(activePartition(1, 2));

    await eventually(() =>
      expect(values.map(({ position, erasedAttachmentIds }) => [position, erasedAttachmentIds])).toEqual([
        [1, undefined],
        [2, ERASED],
      ]),
    );
    await publisher.stop();
  });

  it('catches a partition up although others never stop publishing (P18)', async () => {
    const { publisher, log, taken, stored } = setUp();
    const [busy, behind] = [activePartition(1), activePartition(2, 2)];
    stored.set(2, [1, 2]);
    let position = 0;
    log.accept = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      // With each append another event comes, so that something always waits.
      if (position < 200) publisher.publish([eventAt(busy, ++position)]);
    };
    publisher.adopt(busy);
    publisher.publish([eventAt(busy, ++position)]);
    publisher.adopt(behind);

    await eventually(() => expect(taken).toContain('2:2'));
    expect(taken.indexOf('2:2')).toBeLessThan(10);
    await publisher.stop();
  });

  it('serves every partition that is behind in turn, a page each (P18)', async () => {
    const { publisher, taken, stored } = setUp();
    const [far, near] = [activePartition(1, 5_000), activePartition(2, 1)];
    stored.set(
      1,
      Array.from({ length: 5_000 }, (_, index) => index + 1),
    );
    stored.set(2, [1]);
    publisher.adopt(far);
    publisher.adopt(near);

    await eventually(() => expect(taken).toHaveLength(5_001));
    expect(taken.indexOf('2:1')).toBeLessThan(1_100);
    await publisher.stop();
  });

  it('does not move the published position past events that are still to be read (P18)', async () => {
    const { publisher, log, stored } = setUp();
    const partition = activePartition(1);
    publisher.adopt(partition);
    stored.set(1, [1, 2]);
    const answer = deferred();
    log.accept = () => answer.promise;
    publisher.publish([eventAt(partition, 2)]);
    await new Promise((resolve) => setImmediate(resolve));
    // Taken again while the append is under way: what lies before it may be missing.
    partition.position = 2;
    publisher.adopt(partition);
    log.accept = () => Promise.reject(new AppError('LOG_UNAVAILABLE'));
    answer.resolve();
    await new Promise((resolve) => setImmediate(resolve));

    expect(partition.publishedPosition).toBe(0);
    await publisher.stop();
  });

  it('lets a partition go that another process has', async () => {
    const { publisher, taken, stored } = setUp();
    const [lost, kept] = [activePartition(1, 1), activePartition(2, 1)];
    lost.state = 'lost';
    stored.set(1, [1]);
    stored.set(2, [1]);
    publisher.adopt(lost);
    publisher.adopt(kept);

    await eventually(() => expect(taken).toEqual(['2:1']));
    await publisher.stop();
  });

  it('publishes nothing more of a partition that another publisher has, not even what it is reading (P18, P30)', async () => {
    const { publisher, taken, stored, reads } = setUp();
    const [moved, kept] = [activePartition(1, 2), activePartition(2, 1)];
    stored.set(1, [1, 2]);
    stored.set(2, [1]);
    const rows = deferred();
    reads.wait = () => rows.promise;
    publisher.adopt(moved);
    await new Promise((resolve) => setImmediate(resolve));
    publisher.drop(moved);
    rows.resolve();
    publisher.publish([eventAt(moved, 3)]);
    publisher.adopt(kept);

    await eventually(() => expect(taken).toEqual(['2:1']));
    await publisher.stop();
    expect(taken).toEqual(['2:1']);
  });
});
