import { type LogEvent, type RoomEvent } from '@agent-chat/contracts';
import { DatabaseError, type Queryable } from '@agent-chat/database';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { type Projection, ProjectionRunner } from '@agent-chat/messaging';
import { eventually } from '@agent-chat/testing';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { openEventLog } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';
import { startService } from '../../support/service';

const OFTEN = { checkEveryMs: 3_600_000, replayEveryMs: 20 };

describe('a dead event that is asked for again (P20)', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  let room: SeededRoom;
  const running: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    reading = await openReading('dead_event_replays');
    await sql('CREATE TABLE ledger (consumer text, room_id uuid, seq bigint)');
  });
  beforeEach(async () => {
    log = openEventLog(reading);
    room = await SeededRoom.create(reading.database);
    for (const text of ['a', 'b', 'c']) await room.post(room.owner, text);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
    await log.close();
  });
  afterAll(() => reading.close());

  const sql = (text: string, parameters: unknown[] = []) => reading.database.directory().query(text, parameters);
  const dead = (group: string) =>
    sql('SELECT seq, error, replay_asked_at IS NOT NULL AS asked FROM dead_events WHERE consumer = $1 AND room_id = $2', [group, room.roomId]);
  const askAgain = (group: string) => sql('UPDATE dead_events SET replay_asked_at = now() WHERE consumer = $1 AND room_id = $2', [group, room.roomId]);
  const seqs = async (group: string): Promise<unknown[]> =>
    (await sql('SELECT seq FROM ledger WHERE consumer = $1 AND room_id = $2', [group, room.roomId])).map(({ seq }) => seq);

  /** Writes a row an event, and refuses one of them. */
  class Ledger implements Projection {
    refuse: () => Error | undefined = () => new TypeError('three is too much');
    wait: () => Promise<void> = () => Promise.resolve();

    constructor(readonly group: string) {}

    database() {
      return reading.database.shards()[0]!;
    }

    async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
      for (const { event } of events) {
        await connection.query('INSERT INTO ledger VALUES ($1, $2, $3)', [this.group, event.roomId, event.seq]);
        if (event.roomId !== room.roomId || event.seq !== 3) continue;
        await this.wait();
        const error = this.refuse();
        if (error !== undefined) throw error;
      }
    }

    async clear(connection: Queryable): Promise<void> {
      await connection.query('DELETE FROM ledger WHERE consumer = $1', [this.group]);
    }
  }

  async function run(ledger: Ledger, on = log): Promise<ProjectionRunner> {
    const runner = new ProjectionRunner({ log: on, queries: reading.bus, onError: () => undefined, ...OFTEN });
    running.push(runner);
    await runner.run(ledger);
    return runner;
  }

  it('has its effect once, even if two processes do it at once, and is no dead letter any more', async () => {
    const ledger = new Ledger('once');
    const elsewhere = openEventLog(reading);
    await Promise.all([run(ledger), run(ledger, elsewhere)]);
    await eventually(async () => expect(await dead('once')).toEqual([{ seq: 3, error: 'TypeError: three is too much', asked: false }]));
    await eventually(async () => expect(await seqs('once')).toEqual([1, 2, 4, 5]));
    ledger.refuse = () => undefined;
    // The first to have it goes on when the other wants it too.
    ledger.wait = () =>
      eventually(async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        expect(await sql(waiting)).toHaveLength(1);
        ledger.wait = () => Promise.resolve();
      });
    await askAgain('once');

    await eventually(async () => expect(await dead('once')).toEqual([]));
    await Promise.all(running.splice(0).map((each) => each.stop()));
    expect(await seqs('once')).toEqual([1, 2, 4, 5, 3]);
    await elsewhere.close();
  });

  it('stays a dead letter with its new cause when it fails again, and leaves no half of its effect', async () => {
    const ledger = new Ledger('twice');
    await run(ledger);
    await eventually(async () => expect(await dead('twice')).toHaveLength(1));
    ledger.refuse = () => new RangeError('still too much');
    await askAgain('twice');

    await eventually(async () => expect(await dead('twice')).toEqual([{ seq: 3, error: 'RangeError: still too much', asked: false }]));
    await eventually(async () => expect(await seqs('twice')).toEqual([1, 2, 4, 5]));
  });

  it('is tried again for as long as there is an outage', async () => {
    const ledger = new Ledger('outage');
    await run(ledger);
    await eventually(async () => expect(await dead('outage')).toHaveLength(1));
    let tries = 0;
    ledger.refuse = () => (++tries < 4 ? new DatabaseError('outage', undefined, 'away', undefined, undefined) : undefined);
    await askAgain('outage');

    await eventually(async () => expect(await dead('outage')).toEqual([]));
    expect(tries).toBe(4);
    expect(await seqs('outage')).toEqual([1, 2, 4, 5, 3]);
  });

  it('is not left behind by a projection that is built again', async () => {
    const ledger = new Ledger('anew');
    const runner = await run(ledger);
    await eventually(async () => expect(await dead('anew')).toHaveLength(1));
    ledger.refuse = () => undefined;
    await runner.reset('anew');

    await eventually(async () => expect(await seqs('anew')).toEqual([1, 2, 3, 4, 5]));
    expect(await dead('anew')).toEqual([]);
  });

  it('comes to the handlers of a service again, until one of them takes it', async () => {
    const handled: number[] = [];
    let isBroken = true;

    @Controller()
    class Reader {
      @EventPattern('message.posted', { group: 'reader' })
      read(event: RoomEvent): void {
        if (event.roomId !== room.roomId) return;
        handled.push(event.seq);
        if (event.seq === 3 && isBroken) throw new Error('not yet');
      }
    }
    @Module({ controllers: [Reader] })
    class ServiceModule {}
    const service: INestMicroservice = await startService(reading, log, [ServiceModule], { ...OFTEN, retryDelaysMs: [] });
    running.push({ stop: () => service.close() });
    await eventually(async () => expect(await dead('reader')).toEqual([{ seq: 3, error: expect.any(String), asked: false }]));
    await askAgain('reader');
    await eventually(async () => {
      expect(await dead('reader')).toMatchObject([{ asked: false }]);
      expect(handled.filter((seq) => seq === 3)).toHaveLength(2);
    });
    isBroken = false;
    await askAgain('reader');
    await eventually(async () => expect(await dead('reader')).toEqual([]));
    expect(handled.filter((seq) => seq === 3)).toHaveLength(3);
    expect(handled.filter((seq) => seq !== 3)).toEqual([4, 5]);
  });
});
