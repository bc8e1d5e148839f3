import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { Posting, WRITERS } from '../support/posting';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

jest.setTimeout(120_000);

describe('while people write', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let posting: Posting;

  beforeEach(async () => {
    system = await startSystem({ DRAIN_MS: '1000' }, 'own');
    alice = await RestClient.register(system.url, 'alice');
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'faults' });
    posting = new Posting(alice, roomId);
    await eventually(() => expect(posting.acknowledged.size).toBeGreaterThan(100), { timeoutMs: 20_000 });
  });
  afterEach(async () => {
    await posting.stop();
    await system.remove();
  });

  it('SIGTERM tells clients to go elsewhere, answers what was accepted, and ends with 0', async () => {
    const socket = await SocketClient.connect(alice);
    expect(await system.stop()).toBe(0);
    expect(socket.frames.map(({ name }) => name)).toContain('drain');
    expect(socket.frames.at(-1)).toEqual({ name: 'closing', body: { code: 'DRAINING' } });
    await system.restart();
    await posting.stop();
    await posting.expectStored();
  });

  it('SIGTERM leaves no call without its answer that was committed', async () => {
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'answers' });
    const acknowledged = new Set<string>();
    const postUntilRefused = async (post: (clientMsgId: string) => Promise<unknown>): Promise<void> => {
      for (;;) {
        const key = randomUUID();
        try {
          await post(key);
        } catch {
          return;
        }
        acknowledged.add(key);
      }
    };
    const sockets = await Promise.all(Array.from({ length: 5 }, () => SocketClient.connect(alice)));
    const overSocket = (socket: SocketClient) => async (clientMsgId: string) => {
      // What is said to a closed socket would wait for its time to be up.
      if (!socket.socket.connected) throw new Error('closed');
      const answer = await socket.call('message.post', { roomId, clientMsgId, text: 'over a socket' });
      if (!answer.ok) throw new Error(answer.error.code);
    };
    const overRest = (clientMsgId: string) => alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text: 'over REST' });
    const posts = [
      ...sockets.flatMap((socket) => Array.from({ length: WRITERS }, () => overSocket(socket))),
      ...Array.from({ length: WRITERS }, () => overRest),
    ];
    const writing = posts.map(postUntilRefused);
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(500), { timeoutMs: 20_000 });

    expect(await system.stop()).toBe(0);
    await Promise.all(writing);

    await system.restart();
    const stored = (await alice.log(roomId)).filter(({ type }) => type === 'message.posted').map(({ data }) => String(data?.['clientMsgId']));
    expect(stored.filter((key) => !acknowledged.has(key))).toEqual([]);
    expect(stored.length).toBe(acknowledged.size);
  });
});
