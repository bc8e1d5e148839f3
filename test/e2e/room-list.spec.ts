import { eventually } from '@agent-chat/testing';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

describe('the room list of somebody who is connected', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;
  let socket: SocketClient;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    bob = await RestClient.register(system.otherUrl, 'bob');
    socket = await SocketClient.connect(bob);
    // Where the list is when it begins: what changed before that comes as this and not as a change.
    await eventually(() => expect(socket.frames.map(({ name }) => name)).toContain('rooms'));
  }, 60_000);
  afterAll(async () => {
    socket.close();
    await system.remove();
  });

  /** The next frame of a name that has something about the room. */
  const frame = async (name: string, roomId: string): Promise<unknown> => {
    const deadlineMs = performance.now() + 8_000;
    for (;;) {
      const found = socket.frames.find((candidate) => candidate.name === name && JSON.stringify(candidate.body).includes(roomId));
      if (found !== undefined) return found.body;
      if (performance.now() > deadlineMs) throw new Error(`no ${name} about ${roomId}: ${JSON.stringify(socket.frames)}`);
      await new Promise((next) => setTimeout(next, 20));
    }
  };

  it('is told of a room that they were put in when it was made', async () => {
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'with bob', memberIds: [bob.userId] });

    expect(await frame('rooms', roomId)).toMatchObject({ changes: [{ roomId, change: 'joined' }] });
  });

  it('is told what waits in a room that they have not opened', async () => {
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'unopened', memberIds: [bob.userId] });
    await frame('rooms', roomId);

    await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'm1', text: `hello <@${bob.userId}>` });

    expect(await frame('heads', roomId)).toContainEqual(expect.objectContaining({ roomId, unreadCount: 1, mentionCount: 1 }));
  });

  it('is told of direct rooms, of leaving, and of being removed', async () => {
    const direct = await alice.createRoom({ kind: 'direct', memberIds: [bob.userId] });
    expect(await frame('rooms', direct.roomId)).toMatchObject({ changes: [{ roomId: direct.roomId }] });
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'brief', memberIds: [bob.userId] });
    await frame('rooms', roomId);
    socket.frames.length = 0;

    await alice.call('DELETE', `/rooms/${roomId}/members/${bob.userId}`);

    expect(await frame('rooms', roomId)).toMatchObject({ changes: [{ roomId, change: 'removed' }] });
  });
});
