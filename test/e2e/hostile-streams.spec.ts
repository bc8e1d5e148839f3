import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { SseClient } from '../support/sse-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const MB = 1024 * 1024;
const POSTS = 800;
/** Some 32 KB, so that all posts together are far more than every buffer on the way. */
const TEXT = '🦓'.repeat(7_990);

jest.setTimeout(60_000);

describe('an event stream that is not read', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let witness: SocketClient;
  let roomId: string;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'streams' }));
    witness = await SocketClient.connect(alice);
    await witness.subscribe(roomId);
  });
  afterAll(async () => {
    witness.close();
    await system.remove();
  });

  /** Opens a stream of the room and reads no further than its head. */
  async function openUnread(query = ''): Promise<IncomingMessage> {
    const headers = { authorization: `Bearer ${alice.credentials?.accessToken ?? ''}` };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${system.url}/api/v1/events?rooms=${roomId}${query}`, { headers, agent: false }, resolve).on('error', reject);
    });
    expect(response.statusCode).toBe(200);
    return response.pause().on('error', () => undefined);
  }

  async function post(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => witness.call('message.post', { roomId, clientMsgId: randomUUID(), text: TEXT })));
      expect(answers.filter(({ ok }) => !ok)).toEqual([]);
    }
  }

  async function slowConsumers(): Promise<number> {
    const text = await (await fetch(`${system.url}/api/metrics`)).text();
    return Number(/^agent_chat_slow_consumers_total (\d+)/m.exec(text)?.[1] ?? 0);
  }

  it('is closed as a slow consumer while its room is written to; another goes on from its last id', async () => {
    // As much memory as such traffic takes, whoever reads it.
    await post(POSTS);
    const reader = await SseClient.open(alice, `?rooms=${roomId}`);
    const unread = await openUnread();
    await eventually(() => expect(reader.lastId).not.toBe(''));
    const { lastId } = reader;
    const [before, slowBefore] = [system.residentBytes, await slowConsumers()];
    await post(POSTS);

    expect(await slowConsumers()).toBe(slowBefore + 1);
    expect(system.residentBytes - before).toBeLessThan(200 * MB);
    let readBytes = 0;
    unread.on('data', (chunk: Buffer) => (readBytes += chunk.length)).resume();
    await eventually(() => expect(unread.closed).toBe(true));
    // Less than half of what was written to the room: it waited for nobody.
    expect(readBytes).toBeLessThan((POSTS * TEXT.length * 2) / 2);
    // Who did read has everything, and so has who comes back.
    const head = 2 + 2 * POSTS;
    await reader.until(roomId, head, 60_000);
    const resumed = await SseClient.open(alice, `?rooms=${roomId}`, lastId);
    await resumed.until(roomId, head, 60_000);
    for (const { events } of [reader, resumed])
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: POSTS }, (_, index) => head - POSTS + 1 + index));
    await Promise.all([reader.close(), resumed.close()]);
  });

  it('holds its backlog back and is not closed for it: what it has not asked to read costs nothing', async () => {
    const before = [await slowConsumers(), system.residentBytes] as const;
    const unread = await Promise.all(Array.from({ length: 10 }, () => openUnread('&after=1.0')));
    await alice.call('GET', '/users/me');
    await post(20);
    expect(await slowConsumers()).toBe(before[0]);
    expect(system.residentBytes - before[1]).toBeLessThan(200 * MB);
    for (const stream of unread) stream.destroy();
  });
});
