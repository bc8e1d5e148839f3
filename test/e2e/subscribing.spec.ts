import { type LoggedEvent } from '@agent-chat/load';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RestClient, RestFailure } from '../support/rest-client';
import { SocketClient, type SubscribedRoom } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const TIMES = 1_000;
const AT_ONCE = 20;
const POSTS_A_SECOND = 500;
const TICK_MS = 10;

jest.setTimeout(300_000);

/** Writes at a steady rate until stopped; keeps the first error. */
class Writer {
  private readonly timer: NodeJS.Timeout;
  private readonly pending = new Set<Promise<unknown>>();
  private failure: unknown;
  private posted = 0;

  constructor(socket: SocketClient, roomId: string) {
    this.timer = setInterval(() => {
      for (let index = 0; index < (POSTS_A_SECOND * TICK_MS) / 1_000; index++) {
        const call = this.post(socket, roomId).finally(() => this.pending.delete(call));
        this.pending.add(call);
      }
    }, TICK_MS);
  }

  /** Resolves with how many posts were acknowledged; rejects with the first that got no answer. */
  async stop(): Promise<number> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    if (this.failure !== undefined) throw this.failure as Error;
    return this.posted;
  }

  private async post(socket: SocketClient, roomId: string): Promise<void> {
    try {
      const answer = await socket.call('message.post', { roomId, clientMsgId: randomUUID(), text: 'tick' });
      if (answer.ok) this.posted += 1;
    } catch (error) {
      this.failure ??= error;
    }
  }
}

/** Each seq once, from the first to the last. */
function expectNoHole(seqs: readonly number[], from: number): void {
  const holes = seqs.filter((seq, index) => seq !== from + index);
  expect(holes.slice(0, 3)).toEqual([]);
}

describe('subscribing while a room is written to 500 times a second', () => {
  let system: TestedSystem;
  let owner: RestClient;
  let reader: RestClient;
  let writing: SocketClient;
  let writer: Writer | undefined;

  beforeAll(async () => {
    system = await startSystem({ MAX_CONNECTIONS_PER_USER: '1000' });
    owner = await RestClient.register(system.url, 'owner');
    reader = await RestClient.register(system.otherUrl, 'reader');
    writing = await SocketClient.connect(owner);
  });
  /** A test that failed leaves nobody writing into the next one. */
  afterEach(async () => {
    await writer?.stop().catch(() => undefined);
    writer = undefined;
  });
  afterAll(async () => {
    writing.close();
    await system.remove();
  });

  /** Does something a thousand times, so many at once. */
  const repeat = async (once: (index: number) => Promise<void>): Promise<void> => {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < TIMES) await once(next++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };

  it('shows no hole and no repeat, a thousand times over', async () => {
    const { roomId } = await owner.createRoom({ kind: 'private', name: 'busy', memberIds: [reader.userId] });
    writer = new Writer(writing, roomId);

    await repeat(async () => {
      const socket = await SocketClient.connect(reader);
      const room = await socket.subscribe(roomId);
      const seqs = await eventsFrom(socket, room, 5);
      expectNoHole(seqs, room.head + 1);
      socket.close();
    });

    expect(await writer.stop()).toBeGreaterThan(TIMES);
  });

  it('shows no hole and no repeat from a cursor, a thousand times over', async () => {
    const { roomId } = await owner.createRoom({ kind: 'private', name: 'busy too', memberIds: [reader.userId] });
    writer = new Writer(writing, roomId);
    let head = 0;

    await repeat(async () => {
      const socket = await SocketClient.connect(reader);
      const from = Math.max(0, head - 20);
      const seqs = await socket.follow(roomId, `1.${String(from)}`, from + 25);
      expectNoHole(seqs, from + 1);
      head = Math.max(head, seqs.at(-1) ?? 0);
      socket.close();
    });

    await writer.stop();
  });

  it('ends with the event that takes the reader out, also while subscribing, a thousand times over', async () => {
    const readers = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => RestClient.register(system.url, `reader${String(index)}`)));
    const { roomId } = await owner.createRoom({ kind: 'private', name: 'strict', memberIds: readers.map(({ userId }) => userId) });
    writer = new Writer(writing, roomId);

    await Promise.all(
      readers.map(async (person) => {
        for (let round = 0; round < TIMES / AT_ONCE; round++) await expectExactEnd(owner, person, roomId, round);
      }),
    );

    await writer.stop();
  });
});

/** Subscribes, is kicked or leaves, after the answer or against it; nothing may come beyond that event, and nothing be missing before it. */
async function expectExactEnd(owner: RestClient, person: RestClient, roomId: string, round: number): Promise<void> {
  const socket = await SocketClient.connect(person);
  const takeOut = (): Promise<unknown> =>
    round % 2 === 0 ? owner.call('DELETE', `/rooms/${roomId}/members/${person.userId}`) : person.call('POST', `/rooms/${roomId}/leave`);
  const subscribing = socket.call<{ rooms: SubscribedRoom[] }>('room.subscribe', { rooms: [{ roomId }] });
  if (round % 4 < 2) await subscribing;
  await insist(takeOut);
  const answer = await subscribing;
  const room = answer.ok ? answer.rooms[0] : undefined;
  if (room !== undefined && room.error === undefined) {
    const out = (await owner.log(roomId, `1.${String(room.head)}`)).find(({ type, data }) => type === 'member.left' && data?.['userId'] === person.userId);
    if (out !== undefined) await eventsUntil(socket, ({ seq }) => seq >= out.seq, `the end, ${String(out.seq)},`);
    // A call's answer comes after what the server had written before; later than that nothing may come at all.
    await new Promise((next) => setTimeout(next, 50));
    await socket.call('room.unsubscribe', { roomIds: [roomId] });
    const seqs = socket.events.map(({ seq }) => seq);
    expectNoHole(seqs, room.head + 1);
    if (out !== undefined) expect(seqs.at(-1)).toBe(out.seq);
  }
  socket.close();
  await insist(() => owner.call('POST', `/rooms/${roomId}/members`, { userIds: [person.userId] }));
}

/** Calls again as long as it was certainly not accepted: on a slow machine so many posts leave little room. */
async function insist(call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      if (!(error instanceof RestFailure && error.code === 'UNAVAILABLE')) throw error;
      await delay(200);
    }
  }
}

/** The first live seqs after a subscription from the head on. */
async function eventsFrom(socket: SocketClient, room: SubscribedRoom, count: number): Promise<number[]> {
  await eventsUntil(socket, () => socket.events.length >= count, `${String(count)} events after ${String(room.head)}`);
  return [...room.events, ...socket.events].map(({ seq }) => seq);
}

/** Waits for a live event. */
async function eventsUntil(socket: SocketClient, isLast: (event: LoggedEvent) => boolean, expected: string): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!socket.events.some(isLast)) {
    if (performance.now() > deadlineMs) throw new Error(`${expected} did not come, ${String(socket.events.length)} others did`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
