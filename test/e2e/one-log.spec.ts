import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { SseClient } from '../support/sse-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const MISSED = 10_000;

jest.setTimeout(180_000);

describe('a room over REST, Socket.IO and an event stream', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;
  let writing: SocketClient;
  let roomId: string;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    bob = await RestClient.register(system.otherUrl, 'bob');
    writing = await SocketClient.connect(alice);
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'one log', memberIds: [bob.userId] }));
  });
  afterAll(async () => {
    writing.close();
    await system.remove();
  });

  /** Repeats what is refused for the moment, as a client does: many at once may be too many for a busy machine. */
  const post = async (text: string): Promise<{ messageId: string; seq: number }> => {
    const message = { roomId, clientMsgId: randomUUID(), text };
    for (;;) {
      const answer = await writing.call<{ messageId: string; seq: number }>('message.post', message);
      if (answer.ok) return answer;
      if (!answer.error.retryable) throw new Error(answer.error.code);
      await delay(500);
    }
  };

  /** A bit of everything that can happen in a room. */
  const live = async (): Promise<number> => {
    const { messageId } = await post('first');
    const { messageId: second } = await post(`second <@${bob.userId}>`);
    await bob.call('PUT', `/rooms/${roomId}/messages/${messageId}/reactions/${encodeURIComponent('🎉')}`);
    await alice.call('PATCH', `/rooms/${roomId}/messages/${second}`, { text: 'second, edited' });
    await alice.call('PATCH', `/rooms/${roomId}`, { topic: 'a new topic' });
    await alice.call('PATCH', `/rooms/${roomId}/members/${bob.userId}`, { role: 'admin' });
    return (await post('last')).seq;
  };

  it('is the same log, event by event', async () => {
    const socket = await SocketClient.connect(bob);
    const room = await socket.subscribe(roomId, '1.0');
    const stream = await SseClient.open(bob, `?rooms=${roomId}&after=1.0`);

    const last = await live();

    await stream.until(roomId, last);
    await socketUntil(socket, last);
    const log = await bob.log(roomId);
    expect([...room.events, ...socket.events]).toEqual(log);
    expect(stream.events).toEqual(log);
    socket.close();
    await stream.close();
  });

  it(`is the same log across a reconnect with ${String(MISSED)} missed events`, async () => {
    const stream = await SseClient.open(bob, `?rooms=${roomId}&after=1.0`);
    const head = (await post('seen by both')).seq;
    await stream.until(roomId, head);
    const before = [...stream.events];
    await stream.close();

    for (let sent = 0; sent < MISSED; sent += 500) await Promise.all(Array.from({ length: 500 }, (_, index) => post(`missed ${String(sent + index)}`)));
    const last = (await post('the end')).seq;

    const resumed = await SseClient.open(bob, `?rooms=${roomId}`, stream.lastId);
    const socket = await SocketClient.connect(bob);
    const seqs = await socket.follow(roomId, `1.${String(head)}`, last);
    await resumed.until(roomId, last, 60_000);
    const log = await bob.log(roomId);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect([...before, ...resumed.events]).toEqual(log);
    expect(seqs).toEqual(log.slice(head).map(({ seq }) => seq));
    expect(resumed.frames.filter(({ name }) => name === 'resync')).toEqual([]);
    socket.close();
    await resumed.close();
  });

  it('serves no text of a message that was deleted', async () => {
    const { messageId } = await post('a secret that slipped out');
    await alice.call('DELETE', `/rooms/${roomId}/messages/${messageId}`);

    const log = await bob.log(roomId);
    const posted = log.find(({ type, data }) => type === 'message.posted' && data?.['messageId'] === messageId)!;
    expect(posted.data).toMatchObject({ redacted: true });
    expect(posted.data).not.toHaveProperty('text');
    expect(JSON.stringify(log)).not.toContain('slipped');
  });
});

async function socketUntil(socket: SocketClient, seq: number): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while ((socket.events.at(-1)?.seq ?? 0) < seq) {
    if (performance.now() > deadlineMs) throw new Error(`${String(seq)} did not come`);
    await new Promise((next) => setTimeout(next, 10));
  }
}
