import { newId, type UserId } from '@agent-chat/kernel';
import { ConsumerLag } from '@agent-chat/messaging';
import { eventually, FakeClock } from '@agent-chat/testing';
import { register } from 'prom-client';
import { FiguresUpkeep } from '../../../apps/analytics/src/infrastructure/figures-upkeep';
import { SeededRoom } from '../../support/seeded-room';
import { AnalyticsRig } from './analytics-rig';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Sunday. */
const FIRST = Date.UTC(2026, 2, 1, 12);
const TABLES = ['figures_partitions', 'figures_rooms', 'figures_room_people', 'figures_people', 'figures_observed'];
const NOTHING = { messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 };

describe('figures', () => {
  let rig: AnalyticsRig;
  const clock = new FakeClock(FIRST + 3 * DAY_MS);

  beforeAll(async () => {
    rig = await AnalyticsRig.open('figures', clock);
  });
  afterAll(() => rig.close());

  const stored = async () =>
    Promise.all(TABLES.map(async (table) => (await rig.directory.query(`SELECT * FROM ${table}`)).map((row) => JSON.stringify(row)).sort()));

  describe('of the event log', () => {
    let sunday: SeededRoom;
    let monday: SeededRoom;
    let alsoMonday: SeededRoom;
    const [ann, bob] = [newId<UserId>(), newId<UserId>()];

    beforeAll(async () => {
      sunday = await SeededRoom.create(rig.reading.database, { startMs: FIRST });
      monday = await SeededRoom.create(rig.reading.database, { startMs: FIRST + DAY_MS });
      alsoMonday = await SeededRoom.create(rig.reading.database, { startMs: FIRST + DAY_MS + HOUR_MS - 6_000 });
      for (const room of [sunday, monday, alsoMonday]) await room.join(ann);
      await monday.join(bob);
      await sunday.post(ann, 'one');
      const gone = await sunday.post(ann, 'two', { files: ['a.txt', 'b.txt'] });
      await monday.post(ann, 'three');
      // The seventh event: in the next hour, where the sixth was not.
      const liked = await alsoMonday.post(ann, 'four');
      await alsoMonday.edit(liked, ann, 'five');
      await alsoMonday.post(ann, 'six');
      await monday.react(liked, bob, '👍');
      await sunday.delete(gone, ann);
      await rig.published(sunday, monday, alsoMonday);
      await rig.caughtUp();
    });

    const activity = (input: object = {}) =>
      rig.reading.ask('figures.activity', { unit: 'day', from: '2026-03-01T00:00:00.000Z', to: '2026-03-04T00:00:00.000Z', ...input });

    it('count what happened by day, in all rooms and in one', async () => {
      expect((await activity()).points).toEqual([
        { at: '2026-03-01T00:00:00.000Z', ...NOTHING, messages: 2, deletions: 1, joins: 2, uploads: 2 },
        { at: '2026-03-02T00:00:00.000Z', ...NOTHING, messages: 3, edits: 1, reactions: 1, joins: 5 },
        { at: '2026-03-03T00:00:00.000Z', ...NOTHING },
      ]);
      expect((await activity({ roomId: monday.roomId })).points[1]).toEqual({
        at: '2026-03-02T00:00:00.000Z',
        ...NOTHING,
        messages: 1,
        reactions: 1,
        joins: 3,
      });
    });

    it('count by hour and by minute, each event when it happened', async () => {
      const range = { roomId: alsoMonday.roomId, from: '2026-03-02T12:59:00.000Z', to: '2026-03-02T13:01:00.000Z' };
      const hours = [
        { at: '2026-03-02T12:00:00.000Z', ...NOTHING, messages: 1, edits: 0, joins: 2 },
        { at: '2026-03-02T13:00:00.000Z', ...NOTHING, messages: 1, edits: 0, joins: 0 },
      ];
      expect((await activity({ ...range, unit: 'hour' })).points).toMatchObject(hours.map(({ at, joins }) => ({ at, joins })));
      const minutes = (await activity({ ...range, unit: 'minute' })).points;
      expect(minutes.map(({ at }) => at)).toEqual(['2026-03-02T12:59:00.000Z', '2026-03-02T13:00:00.000Z']);
      expect(minutes.reduce((sum, { messages }) => sum + messages, 0)).toBe(2);
      expect(minutes[1]?.messages).toBeGreaterThan(0);
    });

    it('count people once a day, a week and a month, however often and wherever they were', async () => {
      const people = async (input: object) =>
        (await rig.reading.ask('figures.people', { period: 'day', from: '2026-03-01', to: '2026-03-02', ...input })).points;
      expect(await people({})).toEqual([
        { from: '2026-03-01', activePeople: 1 },
        { from: '2026-03-02', activePeople: 2 },
      ]);
      expect(await people({ period: 'week' })).toEqual([
        { from: '2026-02-23', activePeople: 1 },
        { from: '2026-03-02', activePeople: 2 },
      ]);
      expect(await people({ period: 'month' })).toEqual([{ from: '2026-03-01', activePeople: 2 }]);
      expect(await people({ period: 'month', roomId: sunday.roomId })).toEqual([{ from: '2026-03-01', activePeople: 1 }]);
      expect(await people({ period: 'week', roomId: monday.roomId })).toEqual([
        { from: '2026-02-23', activePeople: 0 },
        { from: '2026-03-02', activePeople: 2 },
      ]);
      expect(await rig.reading.ask('analytics.days', { from: '2026-03-02', to: '2026-03-03' })).toEqual({
        days: [
          { day: '2026-03-02', messages: 3, activePeople: 2 },
          { day: '2026-03-03', messages: 0, activePeople: 0 },
        ],
      });
    });

    it('name the rooms with the most messages', async () => {
      const { activeRooms, items } = await rig.reading.ask('figures.rooms', { from: '2026-03-01', to: '2026-03-02', limit: 2 });
      expect(activeRooms).toBe(3);
      expect(items.map(({ messages, activePeople }) => [messages, activePeople])).toEqual([
        [2, 1],
        [2, 1],
      ]);
      expect((await rig.reading.ask('figures.rooms', { from: '2026-03-02', to: '2026-03-02', limit: 100 })).items).toMatchObject([
        { roomId: alsoMonday.roomId, messages: 2, edits: 1, activePeople: 1 },
        { roomId: monday.roomId, messages: 1, reactions: 1, activePeople: 2 },
      ]);
    });

    it('count what comes again, or late, once and at its time', async () => {
      const before = await activity();
      await rig.published(sunday, monday, alsoMonday, sunday);
      await sunday.post(bob, 'late: everything else of that day was counted long ago');
      await rig.published(sunday);
      await eventually(async () => expect((await activity()).points[0]?.messages).toBe(3), { timeoutMs: 15_000 });
      await rig.caughtUp();
      const after = await activity();
      expect(after.points.slice(1)).toEqual(before.points.slice(1));
      expect(after.points[0]).toEqual({ ...before.points[0], messages: 3 });
    });

    it('come to the same when they are built again from zero, though a message went with its file', async () => {
      const gone = await monday.post(ann, 'a file', { files: ['c.txt'] });
      await rig.published(monday);
      await eventually(async () => expect((await activity()).points[1]?.uploads).toBe(1), { timeoutMs: 15_000 });
      await monday.delete(gone, ann);
      await rig.published(monday);
      await eventually(async () => expect((await activity()).points[1]?.deletions).toBe(1), { timeoutMs: 15_000 });
      await rig.caughtUp();
      const before = await stored();
      await rig.runner.reset('figures');
      await eventually(async () => expect(await stored()).toEqual(before), { timeoutMs: 15_000 });
      await rig.caughtUp();
      expect(await stored()).toEqual(before);
      expect(before.every((rows, index) => TABLES[index] === 'figures_observed' || rows.length > 0)).toBe(true);
    });

    it('are refused for a range that is turned round or endless', async () => {
      const refused = { code: 'VALIDATION_FAILED' };
      await expect(activity({ to: '2026-03-01T00:00:00.000Z' })).rejects.toMatchObject(refused);
      await expect(activity({ unit: 'minute', to: '2026-03-09T00:00:00.000Z' })).rejects.toMatchObject(refused);
      await expect(rig.reading.ask('analytics.days', { from: '2024-01-01', to: '2026-03-01' })).rejects.toMatchObject(refused);
      await expect(rig.reading.ask('figures.people', { period: 'day', from: '2026-03-02', to: '2026-03-01' })).rejects.toMatchObject(refused);
      await expect(rig.reading.ask('figures.rooms', { from: '2026-03-02', to: '2026-03-01', limit: 1 })).rejects.toMatchObject(refused);
    });
  });

  describe('of what processes observe', () => {
    const [one, other] = [newId<string>(), newId<string>()];
    const at = (minute: number) => new Date(FIRST + 3 * DAY_MS - HOUR_MS + minute * 60_000).toISOString();
    const observe = (processId: string, ...observations: [minute: number, series: 'delivery' | 'error', label: string, count: number][]) =>
      rig.reading.ask('figures.observe', {
        processId,
        observations: observations.map(([minute, series, label, count]) => ({ minute: at(minute), series, label, count })),
      });
    const range = { unit: 'hour' as const, from: at(0), to: at(60) };

    beforeAll(async () => {
      await observe(one, [0, 'delivery', '5', 10], [0, 'error', 'TIMEOUT', 1], [1, 'delivery', '10', 5]);
      // The same again, then more of it, then an older report that was held up on its way.
      await observe(one, [0, 'delivery', '5', 10], [0, 'error', 'TIMEOUT', 1], [1, 'delivery', '10', 5]);
      await observe(one, [0, 'delivery', '5', 15], [0, 'error', 'TIMEOUT', 2]);
      await observe(one, [0, 'delivery', '5', 12], [0, 'error', 'TIMEOUT', 1]);
      await observe(other, [0, 'delivery', '5', 5], [59, 'error', 'RATE_LIMITED', 7], [59, 'error', 'TIMEOUT', 1]);
    });

    it('count each report once, over all processes', async () => {
      expect((await rig.reading.ask('figures.errors', range)).points).toEqual([
        {
          at: at(0),
          errors: [
            { code: 'RATE_LIMITED', count: 7 },
            { code: 'TIMEOUT', count: 3 },
          ],
        },
      ]);
      expect((await rig.reading.ask('figures.errors', { ...range, unit: 'minute' })).points).toHaveLength(60);
    });

    it('tell how long deliveries took', async () => {
      // Twenty within 2 to 5 ms, five within 5 to 10 ms.
      expect((await rig.reading.ask('figures.delivery', range)).points).toEqual([{ at: at(0), deliveries: 25, p50Ms: 3.9, p95Ms: 8.8, p99Ms: 9.8 }]);
      expect((await rig.reading.ask('figures.delivery', { ...range, from: at(60), to: at(61) })).points).toEqual([{ at: at(60), deliveries: 0 }]);
    });

    it('count a report once, though two processes take it in at the same time', async () => {
      const processId = newId<string>();
      await Promise.all(Array.from({ length: 8 }, () => observe(processId, [90, 'error', 'TIMEOUT', 4])));
      expect((await rig.reading.ask('figures.errors', { unit: 'minute', from: at(90), to: at(91) })).points).toEqual([
        { at: at(90), errors: [{ code: 'TIMEOUT', count: 4 }] },
      ]);
    });

    it('leave out what is older than what is kept', async () => {
      await observe(one, [-60 * 24 * 9, 'error', 'TIMEOUT', 100]);
      const day = { unit: 'day' as const, from: at(-60 * 24 * 10), to: at(-60 * 24 * 8) };
      expect((await rig.reading.ask('figures.errors', day)).points.flatMap(({ errors }) => errors)).toEqual([]);
    });

    it('come to the same when they are summed up again, also once the oldest are gone', async () => {
      const before = await stored();
      await rig.runner.reset('figures');
      await eventually(async () => expect(await stored()).toEqual(before), { timeoutMs: 15_000 });
      clock.advance(8 * DAY_MS);
      await observe(other, [60 * 24 * 8, 'error', 'TIMEOUT', 1]);
      await rig.app.get(FiguresUpkeep).remove();
      expect(await rig.directory.query(`SELECT DISTINCT unit FROM figures_rooms ORDER BY unit`)).toEqual([{ unit: 'day' }, { unit: 'hour' }]);
      const pruned = await stored();
      expect(pruned).not.toEqual(before);
      await rig.runner.reset('figures');
      await eventually(async () => expect(await stored()).toEqual(pruned), { timeoutMs: 15_000 });
    });
  });

  it('tell how far behind each group is', async () => {
    await rig.caughtUp();
    jest.spyOn(rig.runner, 'lags').mockReturnValue(new Map([['figures', 7]]));
    rig.app.get(ConsumerLag).refresh();
    expect(await register.getSingleMetricAsString('agent_chat_consumer_lag_events')).toContain('{group="figures"} 7');
    jest.restoreAllMocks();
  });
});
