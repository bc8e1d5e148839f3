import { type RoomEvent } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Browser, type Locator } from 'playwright-core';
import { askPostgres, runStatements } from '../support/ask-postgres';
import { ExpectedFigures } from '../support/expected-figures';
import { operatorOf } from '../support/operator';
import { repeatEvents } from '../support/repeated-events';
import { RestClient, type RestFailure } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { StandaloneProcess } from '../support/standalone-process';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';
import { PERIODS, ToldFigures, withSomething } from '../support/told-figures';
import { upload } from '../support/uploading';
import { launchBrowser, WebPerson } from '../support/web-person';

const OPERATING = resolve(__dirname, '../../docs/guides/operating.md');
const PATIENCE = { timeoutMs: 60_000, intervalMs: 1_000 };
const NO_ROOM = '0190a6b2-7c1e-7a3d-8f00-000000000001';
const THUMB = encodeURIComponent('👍');

jest.setTimeout(180_000);

describe('figures', () => {
  let empty: TestDatabase | undefined;
  let system: TestedSystem;
  let browser: Browser | undefined;
  let operator: RestClient;
  let ann: RestClient;
  let bob: RestClient;
  let carol: RestClient;
  let told: ToldFigures;
  const rooms: string[] = [];
  /** How many files each message had, by its id. */
  const files = new Map<string, number>();
  const refusals = new Map<string, number>();

  beforeAll(async () => {
    // A cluster brings databases of its own, and is one of its own: everything is counted from nothing.
    empty = process.env['TEST_POSTGRES_URL'] === undefined ? undefined : await createTestDatabase('figures_of_all');
    system = await startSystem({ OPERATORS: 'olive', ...(empty === undefined ? {} : { DATABASE_URL: empty.url }) }, 'own');
    operator = await operatorOf(system.url);
    ann = await RestClient.register(system.url, 'ann');
    bob = await RestClient.register(system.otherUrl, 'bob');
    carol = await RestClient.register(system.url, 'carol');
    told = new ToldFigures(operator, Date.now());
  });
  afterAll(async () => {
    await browser?.close();
    await system.remove();
    await empty?.drop();
  });

  const post = async (person: RestClient, roomId: string, text: string, attachmentIds: readonly string[] = []): Promise<string> => {
    const { body } = await person.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text, attachmentIds });
    const { messageId } = body as { messageId: string };
    files.set(messageId, attachmentIds.length);
    return messageId;
  };
  const file = (person: RestClient, roomId: string): Promise<string> => upload(person, Buffer.from(randomUUID()), { roomId, name: 'notes.txt' });
  const refused = async (person: RestClient, path: string): Promise<unknown[]> => {
    const failure = await person.call('GET', path).then(
      () => undefined,
      (error: unknown) => error as RestFailure,
    );
    if (failure === undefined) return ['answered'];
    refusals.set(failure.code, (refusals.get(failure.code) ?? 0) + 1);
    return [failure.status, failure.code];
  };
  const expected = async (): Promise<ExpectedFigures> => {
    const logs = await Promise.all(rooms.map(async (roomId) => (await ann.log(roomId)) as unknown as RoomEvent[]));
    return new ExpectedFigures(logs.flat(), files);
  };
  const expectAllCounted = async (): Promise<void> => {
    const wanted = (await expected()).counts(rooms);
    await eventually(async () => expect(await told.counts(rooms)).toEqual(wanted), PATIENCE);
  };
  /** Some, and more until each database has one of them. */
  const makeRooms = async (): Promise<void> => {
    const here = 'SELECT 1 FROM rooms WHERE room_id = ANY($1)';
    const held = () => Promise.all(system.roomDatabases.map(async (database) => (await askPostgres(database, here, [rooms])).length));
    do rooms.push((await ann.createRoom({ kind: 'public', name: `figures ${rooms.length}` })).roomId);
    while (rooms.length < 4 || (await held()).includes(0));
    for (const roomId of rooms) await bob.call('POST', `/rooms/${roomId}/join`);
  };

  it('are all nothing before anything has happened', async () => {
    expect(await told.counts([])).toEqual({ activity: [[[], [], []]], people: [[[], [], []]], days: [[]], rooms: { activeRooms: 0, items: [] } });
    expect(await told.activity({ unit: 'day', from: '2001-01-01', to: '2001-01-02' })).toEqual([
      { at: '2001-01-01T00:00:00.000Z', messages: 0, edits: 0, deletions: 0, reactions: 0, joins: 0, leaves: 0, uploads: 0 },
    ]);
    const day = { unit: 'day', from: '2001-01-01', to: '2001-01-02' };
    expect(await told.ask('delivery', day)).toEqual({ points: [{ at: '2001-01-01T00:00:00.000Z', deliveries: 0 }] });
    expect(await told.ask('errors', day)).toEqual({ points: [{ at: '2001-01-01T00:00:00.000Z', errors: [] }] });
  });

  it.each(['activity', 'people', 'rooms', 'delivery', 'errors', 'days'])('are for operators alone: %s', async (name) => {
    const path = `/analytics/${name}?from=2026-03-01&to=2026-03-02`;
    expect(await refused(ann, path)).toEqual([403, 'FORBIDDEN']);
    expect(await refused(new RestClient(system.url), path)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it.each([
    ...['activity', 'activity?from=2026-03-01', 'activity?to=2026-03-01', 'activity?from=yesterday&to=2026-03-02', 'activity?from=2026-02-30&to=2026-03-02'],
    ...['activity?from=2026-03-01T10:00&to=2026-03-02', 'activity?from=2026-03-01T25:00Z&to=2026-03-02', 'activity?from=0000-01-01&to=0000-01-02'],
    ...['activity?from=2026-03-02&to=2026-03-02', 'activity?from=2026-03-02&to=2026-03-01', 'activity?from=2026-03-01&to=2026-03-02&unit=year'],
    ...['activity?from=2026-03-01&to=2026-03-02&unit=hour&unit=day', 'activity?from=2026-03-01&to=2026-03-02T01:01Z&unit=minute'],
    ...['activity?from=2026-03-01&to=2026-03-02&roomId=', 'activity?from=2026-03-01&to=2026-03-02&roomId=general'],
    ...['people', 'people?from=2026-03-01T00:00Z&to=2026-03-02', 'people?from=2026-03-02&to=2026-03-01', 'people?from=2026-03-01&to=2026-03-02&period=year'],
    ...['people?from=2020-01-01&to=2026-03-02', 'people?from=0000-01-01&to=0000-01-02', 'people?from=2026-03-01&to=2026-03-02&roomId=general'],
    ...['rooms', 'rooms?from=2026-03-02&to=2026-03-01', 'rooms?from=0000-01-01&to=0000-01-02', 'rooms?from=2026-03-01&to=2026-03-02&limit=0'],
    ...['rooms?from=2026-03-01&to=2026-03-02&limit=101', 'rooms?from=2026-03-01&to=2026-03-02&limit=ten'],
    ...['delivery', 'delivery?from=2026-03-02&to=2026-03-01', 'errors?from=2026-03-01&to=2026-03-02&unit=week', 'errors?from=0001-01-01&to=9999-12-31'],
    ...['days', 'days?from=2026-03-02&to=2026-03-01', 'days?from=2025-03-01&to=2026-03-02', 'days?from=0000-01-01&to=0000-01-02'],
  ])('have no answer to %s', async (question) => {
    expect(await refused(operator, `/analytics/${question}`)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('count what people do in several rooms, by minute, hour and day, by person, and by room', async () => {
    await makeRooms();
    const [first = '', second = ''] = rooms;
    await carol.call('POST', `/rooms/${first}/join`);
    const sockets = [await SocketClient.connect(ann), await SocketClient.connect(bob)];
    const heads = await Promise.all(sockets.map(async (socket) => (await socket.subscribe(first)).head));

    for (const [index, roomId] of rooms.entries()) for (let n = 0; n <= index; n++) await post(n % 2 === 0 ? ann : bob, roomId, `message ${n}`);
    const liked = await post(carol, first, 'two files', [await file(carol, first), await file(carol, first)]);
    const gone = await post(bob, second, 'a file that goes with its message', [await file(bob, second)]);
    await bob.call('PATCH', `/rooms/${second}/messages/${gone}`, { text: 'changed' });
    await bob.call('DELETE', `/rooms/${second}/messages/${gone}`);
    for (const person of [ann, bob]) await person.call('PUT', `/rooms/${first}/messages/${liked}/reactions/${THUMB}`);
    await bob.call('DELETE', `/rooms/${first}/messages/${liked}/reactions/${THUMB}`);
    await carol.call('POST', `/rooms/${first}/leave`);
    await ann.call('POST', `/rooms/${second}/bans`, { userId: bob.userId });
    for (const person of [ann, bob]) expect(await refused(person, `/rooms/${NO_ROOM}`)).toEqual([404, 'ROOM_NOT_FOUND']);

    await expectAllCounted();
    expect((await expected()).sum).toMatchObject({ edits: 1, deletions: 1, reactions: 2, leaves: 2, uploads: 3 });
    const { items } = await told.rooms();
    expect(items.map(({ messages }) => messages)).toEqual(items.map(({ messages }) => messages).sort((one, other) => other - one));
    expect((await told.rooms('1')).items).toEqual(items.slice(0, 1));

    const head = (await ann.log(first)).length;
    const delivered = (system.url === system.otherUrl ? heads.slice(0, 1) : heads).reduce((sum, before) => sum + head - before, 0);
    await eventually(async () => {
      const { errors, delivery } = await told.observed();
      for (const codes of errors) expect(new Map([...codes].filter(([code]) => refusals.has(code)))).toEqual(refusals);
      for (const points of delivery) {
        expect(points.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(delivered);
        expect(points.every(({ p50Ms = 0, p95Ms = 0, p99Ms = 0 }) => p50Ms <= p95Ms && p95Ms <= p99Ms)).toBe(true);
      }
    }, PATIENCE);
    for (const socket of sockets) socket.close();
  });

  it('hold what lies between two times, a whole unit at a time, in whatever zone they are said', async () => {
    const roomId = rooms[0];
    const own = (await expected()).in(rooms[0] ?? '');
    const [minute, ...later] = own.activity('minute');
    const atMs = Date.parse(minute?.at ?? '');
    const text = (ms: number): string => new Date(ms).toISOString();
    const between = (fromMs: number, toMs: number) => told.activity({ unit: 'minute', roomId, from: text(fromMs), to: text(toMs) });

    expect(await between(atMs, atMs + 1)).toEqual([minute]);
    expect(await between(atMs + 59_999, atMs + 60_000)).toEqual([minute]);
    expect(withSomething(await between(atMs - 600_000, atMs))).toEqual([]);
    expect((await between(atMs - 60_000, atMs + 60_000)).map(({ at }) => Date.parse(at) - atMs)).toEqual([-60_000, 0]);
    expect(withSomething(await between(atMs + 60_000, atMs + 600_000))).toEqual(later);
    expect(await between(atMs, atMs + 1_500 * 60_000)).toHaveLength(1_500);
    const inParis = `${text(atMs + 2 * 3_600_000).slice(0, -1)}+02:00`;
    expect(await told.activity({ unit: 'minute', roomId, from: inParis, to: text(atMs + 1) })).toEqual([minute]);

    const [from, to] = [text(atMs).slice(0, 10), text(atMs).slice(0, 10)];
    for (const period of PERIODS) expect(await told.people({ period, roomId, from, to })).toEqual(own.people(period).slice(0, 1));
    expect(await told.people({ roomId: NO_ROOM, from, to })).toEqual([{ from, activePeople: 0 }]);
    expect(withSomething(await told.activity({ unit: 'day', roomId: NO_ROOM }))).toEqual([]);
    expect(await told.ask('rooms', { from: '2001-01-01', to: '2001-12-31' })).toEqual({ activeRooms: 0, items: [] });
  });

  it('count once what comes again: from Kafka, also in another order, or after a kill', async () => {
    for (const roomId of rooms) await post(ann, roomId, 'told, and perhaps not counted yet');
    if (system instanceof StandaloneProcess) {
      await system.kill();
      await system.restart();
    } else {
      await repeatEvents(system.settings['KAFKA_BROKERS'] ?? '', rooms);
    }
    // Behind everything that came again.
    for (const roomId of rooms) await post(ann, roomId, 'the newest');
    await expectAllCounted();
  });

  it('come to the same when they are built again from zero, as operators do it, while people go on', async () => {
    const [counts, observed] = [await told.counts(rooms), await told.observed()];
    const touched = await runStatements(system.settings['DATABASE_URL'] ?? '', documentedRebuild());
    // The positions, and four tables.
    expect(touched.filter((rows) => rows > 0)).toHaveLength(5);
    await eventually(async () => expect(await told.counts(rooms)).toEqual(counts), { ...PATIENCE, timeoutMs: 120_000 });
    expect(await told.observed()).toEqual(observed);
    for (const roomId of rooms) await post(ann, roomId, 'goes on');
    await expectAllCounted();
  });

  it('are what the operator’s page shows', async () => {
    browser = await launchBrowser();
    const olive = await WebPerson.open(browser, system.url, 'Olive');
    await olive.logIn();
    await olive.page.goto(`${system.url}/operations`);
    await olive.page.getByRole('heading', { name: 'Most active rooms' }).waitFor();
    const all = await expected();
    const { messages, reactions, uploads } = all.sum;
    const tile = (label: string): Locator => olive.page.getByRole('listitem').filter({ hasText: label });
    const value = (label: string): Promise<string | null> => tile(label).getByRole('strong').textContent();
    const table = (title: string): Locator => olive.page.getByRole('region', { name: `Table of ${title}`, exact: true });
    const inChart = async (title: string): Promise<number[]> => {
      await olive.page.getByRole('button', { name: `Table of ${title}`, exact: true }).click();
      return (await table(title).getByRole('cell').allTextContents()).map(Number);
    };

    expect([await value('Messages'), await value('Uploads')]).toEqual([String(messages), String(uploads)]);
    const [today, week, month] = PERIODS.map((period) => String(all.people(period).at(-1)?.activePeople));
    expect(await value('Active people today')).toBe(today);
    await tile('Active people today').getByText(`${week} this week, ${month} this month`).waitFor();
    for (const [title, count] of Object.entries({ Messages: messages, Reactions: reactions, Uploads: uploads })) {
      expect([title, (await inChart(title)).reduce((sum, each) => sum + each, 0)]).toEqual([title, count]);
    }
    expect(String((await inChart('Active people by day'))[0])).toBe(today);

    await olive.page.getByText(`${rooms.length} rooms with messages on these days.`).waitFor();
    for (const roomId of rooms) {
      const { sum, activePeople } = all.in(roomId);
      const cells = await table('Most active rooms').getByRole('row').filter({ hasText: roomId }).getByRole('cell').allTextContents();
      expect([roomId, ...cells.map(Number)]).toEqual([roomId, sum.messages, activePeople, sum.reactions, sum.uploads]);
    }
    await eventually(async () => {
      await olive.page.getByRole('button', { name: 'Last hour' }).click();
      await olive.page.getByRole('button', { name: '24 hours' }).click();
      await tile('Errors answered').waitFor();
      const codes = [...((await told.observed()).errors[1] ?? [])];
      expect(Number(await value('Errors answered'))).toBe(codes.reduce((sum, [, count]) => sum + count, 0));
      const listed = await olive.page.getByRole('list', { name: 'Errors by code' }).getByRole('listitem').allTextContents();
      expect(listed.sort()).toEqual(codes.map(([code, count]) => `${code} · ${count}`).sort());
    }, PATIENCE);
    expect(olive.complaints).toEqual([]);
  });
});

/** What docs/guides/operating.md tells operators to do. */
function documentedRebuild(): string {
  const [statements = ''] = /(?<=```sql\n)BEGIN;[^`]+DELETE FROM figures_partitions[^`]+/.exec(readFileSync(OPERATING, 'utf8')) ?? [];
  return statements;
}
