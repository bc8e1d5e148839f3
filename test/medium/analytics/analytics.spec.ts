import { Database } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { Clock, newId, SystemClock, type UserId } from '@agent-chat/kernel';
import { ConsumerLag, ProjectionRunner } from '@agent-chat/messaging';
import { QueryBus } from '@agent-chat/query-bus';
import { eventually } from '@agent-chat/testing';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { register } from 'prom-client';
import { AnalyticsModule } from '../../../apps/analytics/src/analytics.module';
import { openEventLog, publish, storedEvents } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { SeededRoom } from '../../support/seeded-room';

const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 2, 1, 12);

describe('analytics', () => {
  let reading: Reading;
  let log: InMemoryEventLog;
  let app: INestApplicationContext;

  beforeAll(async () => {
    reading = await openReading('analytics');
    log = openEventLog(reading);

    @Global()
    @Module({
      providers: [
        { provide: Database, useValue: reading.database },
        { provide: QueryBus, useValue: reading.bus },
        { provide: EventLog, useValue: log },
        { provide: Clock, useValue: new SystemClock() },
      ],
      exports: [Database, QueryBus, EventLog, Clock],
    })
    class PortsModule {}

    const testing = await Test.createTestingModule({ imports: [PortsModule, AnalyticsModule] }).compile();
    app = await testing.init();
  });
  afterAll(async () => {
    await app.close();
    await log.close();
    await reading.close();
  });

  const published = async (...rooms: SeededRoom[]) => {
    for (const partition of new Set(rooms.map((room) => room.partition))) await publish(log, await storedEvents(reading, partition));
  };
  const caughtUp = () =>
    eventually(() => {
      for (const lag of app.get(ProjectionRunner).lags().values()) expect(lag).toBe(0);
    });

  it('counts messages and active people by room and day; built again from zero it comes to the same', async () => {
    const monday = await SeededRoom.create(reading.database, { startMs: FIRST });
    const tuesday = await SeededRoom.create(reading.database, { startMs: FIRST + DAY_MS });
    const alsoTuesday = await SeededRoom.create(reading.database, { startMs: FIRST + DAY_MS });
    const [ann, bob] = [newId<UserId>(), newId<UserId>()];
    for (const room of [monday, tuesday, alsoTuesday]) await room.join(ann);
    await tuesday.join(bob);
    await monday.post(ann, 'one');
    const gone = await monday.post(ann, 'two');
    await tuesday.post(ann, 'three');
    const liked = await alsoTuesday.post(ann, 'four');
    await tuesday.react(liked, bob, '👍');
    await monday.delete(gone, ann);
    await published(monday, tuesday, alsoTuesday);

    const ask = (roomId?: string) => reading.ask('analytics.days', { from: '2026-03-01', to: '2026-03-03', ...(roomId === undefined ? {} : { roomId }) });
    const all = {
      days: [
        { day: '2026-03-01', messages: 2, activePeople: 1 },
        { day: '2026-03-02', messages: 2, activePeople: 2 },
        { day: '2026-03-03', messages: 0, activePeople: 0 },
      ],
    };
    await eventually(async () => expect(await ask()).toEqual(all));
    expect((await ask(tuesday.roomId)).days[1]).toEqual({ day: '2026-03-02', messages: 1, activePeople: 2 });

    await caughtUp();
    const figures = async () => [
      await reading.database.directory().query('SELECT * FROM analytics_messages ORDER BY room_id, day'),
      await reading.database.directory().query('SELECT * FROM analytics_people ORDER BY room_id, day, user_id'),
    ];
    const before = await figures();
    await app.get(ProjectionRunner).reset('analytics');
    await eventually(async () => expect(await figures()).toEqual(before));
    await caughtUp();
    expect(await figures()).toEqual(before);
    expect(await ask()).toEqual(all);
  });

  it('tells how far behind each group is', async () => {
    const room = await SeededRoom.create(reading.database);
    await published(room);
    await caughtUp();
    jest.spyOn(app.get(ProjectionRunner), 'lags').mockReturnValue(new Map([['analytics', 7]]));
    app.get(ConsumerLag).refresh();
    expect(await register.getSingleMetricAsString('agent_chat_consumer_lag_events')).toContain('{group="analytics"} 7');
    jest.restoreAllMocks();
  });

  it('refuses a range that is turned round or endless', async () => {
    for (const range of [
      { from: '2026-03-02', to: '2026-03-01' },
      { from: '1000-01-01', to: '2026-03-01' },
    ]) {
      await expect(reading.ask('analytics.days', range)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });

  it('keeps who did what to whom, newest first, and nothing of what was written', async () => {
    const room = await SeededRoom.create(reading.database, { startMs: FIRST + 10 * DAY_MS, name: 'Confidential plans' });
    const [ann, bob] = [await room.join(), await room.join()];
    const message = await room.post(ann, 'a secret text');
    await room.edit(message, ann, 'another secret text');
    await room.ban(bob, 'a secret reason');
    await room.delete(message, room.owner);
    await published(room);

    const ask = (more: object = {}) => reading.ask('audit.list', { roomId: room.roomId, limit: 100, ...more });
    await eventually(async () => expect((await ask()).items).toHaveLength(room.head));
    const { items } = await ask();
    expect(items.map((item) => [item.type, item.actorId, item.subjectId])).toEqual([
      ['message.deleted', room.owner, message.messageId],
      ['member.banned', room.owner, bob],
      ['message.edited', ann, message.messageId],
      ['message.posted', ann, message.messageId],
      ['member.joined', bob, bob],
      ['member.joined', ann, ann],
      ['member.joined', room.owner, room.owner],
      ['room.created', room.owner, undefined],
    ]);
    const stored = await reading.database.directory().query('SELECT * FROM audit_trail');
    expect(JSON.stringify(stored)).not.toMatch(/secret|Confidential/);

    const first = await ask({ limit: 3 });
    const second = await ask({ limit: 100, cursor: first.next! });
    expect([...first.items, ...second.items]).toEqual(items);
    expect((await ask({ actorId: ann })).items).toHaveLength(3);
    await expect(ask({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('lets nobody change the audit trail; built again it gains only what is missing', async () => {
    const directory = reading.database.directory();
    for (const sql of [`UPDATE audit_trail SET type = 'x'`, 'DELETE FROM audit_trail', 'TRUNCATE audit_trail']) {
      await expect(directory.query(sql)).rejects.toThrow(/append only/);
    }
    const before = await directory.query('SELECT * FROM audit_trail ORDER BY partition, position');
    await app.get(ProjectionRunner).reset('audit');
    await caughtUp();
    expect(await directory.query('SELECT * FROM audit_trail ORDER BY partition, position')).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });
});
