import { COMMANDS_TOPIC, type RoomEvent } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { SystemClock } from '@agent-chat/kernel';
import { deferred, eventually, FakeClock } from '@agent-chat/testing';
import { fakeIntervals } from '../../support/fake-intervals';
import { alice, create, post, roomIn } from './calls';
import { progressOf } from './stored-rooms';
import { rigsEachTest } from './write-rig';

const systemClock = new SystemClock();

describe('time and publishing', () => {
  let test: TestDatabase;
  afterEach(() => jest.useRealTimers());
  const open = rigsEachTest('time', (fresh) => {
    test = fresh;
  });

  it('gives times that never go back within a partition, whatever the clocks do (P17)', async () => {
    const clock = new FakeClock(systemClock.nowMs());
    const first = await open({ clock });
    const roomId = roomIn(12);
    const at = [await first.send(create(roomId, alice))];
    clock.advance(7_200_000);
    at.push(await first.send(post(roomId, alice, 'ahead')));
    clock.set(0);
    at.push(await first.send(post(roomId, alice, 'the clock is lost')));
    await first.stop();
    const second = await open({ clock });
    at.push(await second.send(post(roomId, alice, 'another process')));

    const times = at.map((answer) => (answer.ok ? Date.parse(answer.result.committedAt) : NaN));
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(Math.max(...times.map((time) => Math.abs(time - systemClock.nowMs())))).toBeLessThan(10_000);
    const events = await test.database.shard(0).query<{ created_at: string }>('SELECT created_at FROM room_events WHERE room_id = $1 ORDER BY seq', [roomId]);
    expect(events.slice(2).map(({ created_at: createdAt }) => Date.parse(createdAt))).toEqual(times.slice(1));
  });

  it('drops a last time that lies too far ahead of the database (P17)', async () => {
    const first = await open();
    const roomId = await first.newRoom(13, []);
    await first.stop();
    await test.database.shard(0).query(`UPDATE partition_progress SET last_at = now() + interval '1 hour'`);
    const second = await open();

    const answer = await second.send(post(roomId, alice, 'now'));

    const ahead = answer.ok ? Date.parse(answer.result.committedAt) - systemClock.nowMs() : NaN;
    expect(Math.abs(ahead)).toBeLessThan(5_000);
  });

  it('keeps to a last time that lies a little ahead of the database (P17)', async () => {
    const first = await open();
    const roomId = await first.newRoom(14, []);
    await first.stop();
    const [row] = await test.database
      .shard(0)
      .query<{ last_at: string }>(`UPDATE partition_progress SET last_at = now() + interval '4 seconds' WHERE partition = 14 RETURNING last_at`);
    const second = await open();

    expect(await second.send(post(roomId, alice, 'now'))).toMatchObject({ ok: true, result: { committedAt: row!.last_at } });
  });

  it('follows the clock of the database each minute (P17)', async () => {
    fakeIntervals();
    const rig = await open();
    const roomId = await rig.newRoom(17, []);
    rig.database.clockAheadMs = 3_600_000;
    const read = deferred();
    rig.database.beforeRead = (sql) => {
      if (sql.includes('now_ms')) read.resolve();
      return Promise.resolve();
    };
    jest.advanceTimersByTime(60_000);
    jest.useRealTimers();
    await read.promise;

    const aheadMs = await eventually(async () => {
      const answer = await rig.send(post(roomId, alice, 'in an hour'));
      const ahead = answer.ok ? Date.parse(answer.result.committedAt) - systemClock.nowMs() : NaN;
      expect(ahead).toBeGreaterThan(3_000_000);
      return ahead;
    });
    expect(aheadMs).toBeLessThan(3_610_000);
  });

  it('stores with a later batch how far it has published (P18)', async () => {
    const rig = await open();
    const roomId = await rig.newRoom(16, []);
    await eventually(() => expect(rig.owner.owned(16)?.publishedPosition).toBe(2));
    expect((await progressOf(test, 16)).published_position).toBe(0);
    await rig.send(post(roomId, alice, 'one'));

    expect(await progressOf(test, 16)).toMatchObject({ position: 3, published_position: 2 });
  });

  it('publishes first what its predecessor had committed and not published, in order (P18)', async () => {
    const first = await open();
    const roomId = await first.newRoom(15, []);
    first.log.appendFault = (topic) => (topic === COMMANDS_TOPIC ? undefined : { code: 'LOG_UNAVAILABLE', isWritten: false });
    for (const text of ['one', 'two', 'three']) await first.send(post(roomId, alice, text));
    await first.stop();
    const second = await open();
    await second.send(post(roomId, alice, 'four'));

    await eventually(async () => {
      const { records } = await second.log.read('chat.events.v1', 15, 0, 100);
      const seqs = records.map(({ value }) => (JSON.parse(value) as { event: RoomEvent }).event.seq);
      expect(seqs.filter((seq) => seq > 2)).toEqual([3, 4, 5, 6]);
    });
  });
});
