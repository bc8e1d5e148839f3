import { type LogEvent } from '@agent-chat/contracts';
import { type Queryable } from '@agent-chat/database';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { AppError } from '@agent-chat/kernel';
import { ProjectionRunner, type AfterCommit, type Projection } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { fakeIntervals } from '../../support/fake-intervals';
import { openEventLog, publish, storedEvents } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const NEVER_MS = 3_600_000;

/** Writes one row an event into a table that would hold doubles too. */
class Ledger implements Projection {
  before: (events: readonly LogEvent[]) => void = () => undefined;
  after: (events: readonly LogEvent[]) => void = () => undefined;
  finished = 0;

  constructor(
    private readonly reading: Reading,
    readonly group: string,
  ) {}

  database() {
    return this.reading.database.shards()[0]!;
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<AfterCommit> {
    this.before(events);
    for (const { position, event } of events) {
      await connection.query('INSERT INTO ledger (consumer, position, room_id, seq) VALUES ($1, $2, $3, $4)', [this.group, position, event.roomId, event.seq]);
    }
    this.after(events);
    return async () => {
      this.finished += 1;
    };
  }

  async clear(connection: Queryable): Promise<void> {
    await connection.query('DELETE FROM ledger WHERE consumer = $1', [this.group]);
  }

  async seqs(room: SeededRoom): Promise<number[]> {
    const rows = await this.database().query<{ seq: number }>('SELECT seq FROM ledger WHERE consumer = $1 AND room_id = $2 ORDER BY n', [
      this.group,
      room.roomId,
    ]);
    return rows.map((row) => row.seq);
  }
}

describe('a projection', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  const runners: ProjectionRunner[] = [];
  const errors: string[] = [];
  let groups = 0;

  beforeAll(async () => {
    reading = await openReading('projection_runner');
    await reading.database.shards()[0]!.query('CREATE TABLE ledger (n bigserial, consumer text, position bigint, room_id uuid, seq bigint)');
  });
  beforeEach(() => {
    log = openEventLog(reading);
    errors.length = 0;
  });
  afterEach(async () => {
    jest.useRealTimers();
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    await log.close();
  });
  afterAll(() => reading.close());

  const newLedger = () => new Ledger(reading, `ledger-${++groups}`);

  async function run(ledger: Ledger, { on = log, checkEveryMs = NEVER_MS } = {}): Promise<ProjectionRunner> {
    const runner = new ProjectionRunner({ log: on, queries: reading.bus, checkEveryMs, onError: (message) => errors.push(message) });
    runners.push(runner);
    await runner.run(ledger);
    return runner;
  }

  async function roomWith(messages: number): Promise<SeededRoom> {
    const room = await SeededRoom.create(reading.database);
    for (let at = 0; at < messages; at++) await room.post(room.owner, 'x');
    return room;
  }

  /** Time for what should not happen. */
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await reading.database.directory().query('SELECT 1');
  };
  const upTo = (head: number) => Array.from({ length: head }, (_, index) => index + 1);
  const expectAll = (ledger: Ledger, room: SeededRoom) => eventually(async () => expect(await ledger.seqs(room)).toEqual(upTo(room.head)));
  const dead = (ledger: Ledger) => reading.database.directory().query('SELECT * FROM dead_events WHERE consumer = $1', [ledger.group]);

  it('catches up from Postgres when it starts, although the event log is empty (P19)', async () => {
    const room = await roomWith(5);
    const ledger = newLedger();
    await run(ledger);
    await expectAll(ledger, room);
  });

  it('goes on where it stopped after a restart', async () => {
    const room = await roomWith(2);
    const ledger = newLedger();
    const first = await run(ledger);
    await expectAll(ledger, room);
    await first.stop();
    await room.post(room.owner, 'while it was away');
    await run(ledger);
    await expectAll(ledger, room);
  });

  it('applies what the event log brings, without asking Postgres again', async () => {
    const room = await roomWith(0);
    const ledger = newLedger();
    await run(ledger);
    await expectAll(ledger, room);
    const asked = jest.spyOn(reading.bus, 'ask');
    const [last] = (await storedEvents(reading, room.partition)).slice(-1);
    const calls = asked.mock.calls.length;
    await room.post(room.owner, 'x');
    const fresh: LogEvent = { partition: room.partition, position: last!.position + 1, event: { ...last!.event, seq: room.head, type: 'message.posted' } };
    await publish(log, [fresh]);
    await expectAll(ledger, room);
    expect(
      asked.mock.calls.slice(calls).filter(([query, input]) => query === 'partition.events' && 'partition' in input && input.partition === room.partition),
    ).toEqual([]);
    asked.mockRestore();
    expect(ledger.finished).toBeGreaterThan(0);
  });

  it('drops what it has seen', async () => {
    const room = await roomWith(3);
    const ledger = newLedger();
    await run(ledger);
    await expectAll(ledger, room);
    const events = await storedEvents(reading, room.partition);
    await publish(log, [...events, ...events]);
    await room.post(room.owner, 'last');
    await publish(log, await storedEvents(reading, room.partition));
    await expectAll(ledger, room);
  });

  it('reads what is missing when the position jumps', async () => {
    const ledger = newLedger();
    await run(ledger);
    const room = await roomWith(7);
    const events = await storedEvents(reading, room.partition);
    await publish(
      log,
      events.filter((_, index) => index % 3 === 2),
    );
    await expectAll(ledger, room);
  });

  it('accepts a jump for which nothing is stored', async () => {
    const ledger = newLedger();
    const room = await roomWith(1);
    await run(ledger);
    await expectAll(ledger, room);
    await room.shard.query('UPDATE partition_progress SET position = position + 1000, epoch = 77 WHERE partition = $1', [room.partition]);
    await room.post(room.owner, 'after a restore');
    await publish(log, (await storedEvents(reading, room.partition)).slice(-1));
    await expectAll(ledger, room);
    expect(errors).toEqual([]);
  });

  it('finds what a quiet partition holds, although nobody told it', async () => {
    const ledger = newLedger();
    await run(ledger, { checkEveryMs: 50 });
    const room = await roomWith(2);
    await expectAll(ledger, room);
  });

  it('compares with Postgres each 30 seconds unless told otherwise (P19)', async () => {
    fakeIntervals();
    const [early, ledger] = [await roomWith(1), newLedger()];
    const runner = new ProjectionRunner({ log, queries: reading.bus, onError: (message) => errors.push(message) });
    runners.push(runner);
    await runner.run(ledger);
    // The partition has been looked at when the projection started.
    await expectAll(ledger, early);
    await early.post(early.owner, 'x');
    jest.advanceTimersByTime(29_999);
    await turns();
    expect(await ledger.seqs(early)).toEqual(upTo(early.head - 1));
    jest.advanceTimersByTime(1);
    await expectAll(ledger, early);
  });

  it('keeps the epoch of what it handled last beside the position (P19)', async () => {
    const [room, ledger] = [await roomWith(1), newLedger()];
    await run(ledger);
    await expectAll(ledger, room);
    await room.post(room.owner, 'after a restore');
    await room.shard.query('UPDATE room_events SET epoch = 1800000000 WHERE room_id = $1 AND seq = $2', [room.roomId, room.head]);
    const [last] = (await storedEvents(reading, room.partition)).slice(-1);
    await publish(log, [last!]);
    await expectAll(ledger, room);

    expect(
      await ledger.database().query('SELECT epoch, position FROM consumer_positions WHERE consumer = $1 AND partition = $2', [ledger.group, room.partition]),
    ).toEqual([{ epoch: 1_800_000_000, position: last!.position }]);
  });

  it('counts each event once when it dies between effect and position', async () => {
    const room = await roomWith(0);
    const ledger = newLedger();
    let deaths = 3;
    ledger.after = (events) => {
      if (events.some(({ event }) => event.roomId === room.roomId) && deaths-- > 0) throw new AppError('UNAVAILABLE');
    };
    await run(ledger);
    await expectAll(ledger, room);
    expect(await dead(ledger)).toEqual([]);
    expect(deaths).toBeLessThan(0);
  });

  it('finds the one event that can not be applied, keeps it as dead letter and goes on (P20)', async () => {
    const room = await roomWith(9);
    const ledger = newLedger();
    ledger.after = (events) => {
      if (events.some(({ event }) => event.roomId === room.roomId && event.seq === 6)) throw new TypeError('cannot read six');
    };
    await run(ledger);
    await eventually(async () => expect(await ledger.seqs(room)).toEqual(upTo(room.head).filter((seq) => seq !== 6)));
    const letters = await dead(ledger);
    expect(letters).toMatchObject([{ partition: room.partition, room_id: room.roomId, seq: 6, type: 'message.posted', error: 'TypeError: cannot read six' }]);
    expect(errors).toEqual([expect.stringContaining('could not handle message.posted')]);
  });

  it('blames an event that Postgres refuses too, but never one for an outage', async () => {
    const room = await roomWith(1);
    const ledger = newLedger();
    const apply = ledger.apply.bind(ledger);
    let outages = 3;
    ledger.apply = async (connection, events) => {
      if (events.some(({ event }) => event.roomId === room.roomId) && outages-- > 0) await connection.query('SELECT * FROM a_table_that_is_not_there_yet');
      if (events.some(({ event }) => event.roomId === room.roomId && event.seq === 3)) await connection.query('SELECT 1 / 0');
      return apply(connection, events);
    };
    await run(ledger);
    await eventually(async () => expect(await dead(ledger)).toMatchObject([{ seq: 3 }]));
    expect(await ledger.seqs(room)).toEqual([1, 2]);
  });

  it('counts each event once although two processes believe that a partition is theirs', async () => {
    const room = await roomWith(3);
    const ledger = newLedger();
    const other = openEventLog(reading);
    await Promise.all([run(ledger), run(ledger, { on: other })]);
    await expectAll(ledger, room);
    for (let at = 0; at < 10; at++) {
      await room.post(room.owner, 'x');
      const fresh = (await storedEvents(reading, room.partition)).slice(-1);
      await Promise.all([publish(log, fresh), publish(other, fresh)]);
    }
    await expectAll(ledger, room);
    await other.close();
  });

  it('builds the same again from zero', async () => {
    const room = await roomWith(6);
    const ledger = newLedger();
    const runner = await run(ledger);
    await expectAll(ledger, room);
    await ledger.database().query(`INSERT INTO ledger (consumer, position, room_id, seq) VALUES ($1, 1, $2, 99)`, [ledger.group, room.roomId]);
    await runner.reset(ledger.group);
    await expectAll(ledger, room);
    await eventually(() => expect(runner.lags().get(ledger.group)).toBe(0));
  });
});
