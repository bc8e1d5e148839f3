import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { register } from 'prom-client';
import { RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

const STATEMENTS = 'agent_chat_database_statement_duration_seconds';
const TRIES = 5;
/** What is posted meanwhile shares a commit, however slow the machine is. */
const HELD_MS = 500;
/** Projections follow within this: they gather for up to a second, each partition at its own moment. */
const SETTLED_MS = 2_500;

/** Statements sent to Postgres so far. */
async function sent(): Promise<number> {
  const metric = await register.getSingleMetric(STATEMENTS)?.get();
  const counts = (metric?.values ?? []) as { readonly metricName?: string; readonly value: number }[];
  return counts.filter(({ metricName }) => metricName === `${STATEMENTS}_count`).reduce((sum, { value }) => sum + value, 0);
}

/** What an act costs in statements, what it sets off later included: the least of several tries, up to the first within `budget`, since timers ask now and then. */
async function costOf(act: () => Promise<unknown>, budget: number): Promise<number> {
  let cost = Infinity;
  for (let attempt = 0; attempt < TRIES && cost > budget; attempt++) {
    const before = await sent();
    await act();
    await delay(SETTLED_MS);
    cost = Math.min(cost, (await sent()) - before);
  }
  return cost;
}

describe('what an act costs in statements', () => {
  let app: WholeApp;
  let alice: RestClient;
  let socket: SocketClient;
  let rooms: readonly string[];

  const post = (roomId: string, text = 'a message of an ordinary length, as people write them') =>
    alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text });

  /** Nothing is committed before all of them arrived. */
  async function postTogether(roomIds: readonly string[]): Promise<void> {
    const other = new Client({ connectionString: app.databaseUrl });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('LOCK TABLE messages IN SHARE MODE');
      const posts = roomIds.map((roomId) => post(roomId));
      await delay(HELD_MS);
      await other.query('COMMIT');
      await Promise.all(posts);
    } finally {
      await other.end();
    }
  }

  beforeAll(async () => {
    app = await startWholeApp('budgets');
    alice = await RestClient.register(app.url, 'alice');
    const bob = await RestClient.register(app.url, 'bob');
    const made = Array.from({ length: 20 }, (_, index) => alice.createRoom({ kind: 'private', name: `room ${String(index)}`, memberIds: [bob.userId] }));
    rooms = (await Promise.all(made)).map(({ roomId }) => roomId);
    for (const roomId of rooms) await eventually(() => post(roomId));
    socket = await SocketClient.connect(alice);
  });
  afterAll(async () => {
    socket.close();
    await app.close();
  });

  // Some five of each are asked by timers meanwhile. A burst takes search five for each partition that its rooms lie in, and figures and audit trail nine for each
  // that they take up by itself: how many they take up together is a matter of the moment.
  it.each<[string, () => Promise<unknown>, number]>([
    ['a post', () => post(rooms[0] ?? ''), 25],
    ['20 posts at once in 20 rooms', () => postTogether(rooms), 220],
    ['20 posts at once in one room', () => postTogether(rooms.map(() => rooms[0] ?? '')), 30],
    ['a page of history', () => alice.call('GET', `/rooms/${rooms[0] ?? ''}/messages?limit=50`), 8],
    ['a page of the log', () => alice.call('GET', `/rooms/${rooms[0] ?? ''}/events?after=1.0`), 8],
    ['the list of 20 rooms', () => alice.call('GET', '/rooms'), 8],
    ['a search', () => alice.call('GET', '/search?q=ordinary'), 8],
    ['subscribing to a room', () => socket.call('room.subscribe', { rooms: [{ roomId: rooms[0], cursor: '1.0' }] }), 8],
    ['subscribing to 20 rooms', () => socket.call('room.subscribe', { rooms: rooms.map((roomId) => ({ roomId, cursor: '1.0' })) }), 8],
  ])('%s', async (_, act, budget) => {
    await act();
    await delay(SETTLED_MS);
    const cost = await costOf(act, budget);
    expect(cost).toBeLessThanOrEqual(budget);
  });
});
