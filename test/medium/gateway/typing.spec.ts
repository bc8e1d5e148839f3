import { eventually } from '@agent-chat/testing';
import { RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

describe('who may be seen typing', () => {
  let app: WholeApp;
  let [ann, bob, eve]: RestClient[] = [];
  const sockets: SocketClient[] = [];

  beforeAll(async () => {
    app = await startWholeApp('typing');
    [ann, bob, eve] = await Promise.all(['ann', 'bob', 'eve'].map((name) => RestClient.register(app.url, name)));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await app.close();
  });

  async function typist(rest: RestClient | undefined, roomId: string): Promise<SocketClient & { type: (typing: boolean) => Promise<string> }> {
    const socket = await SocketClient.connect(rest!);
    sockets.push(socket);
    await socket.subscribe(roomId);
    const type = async (typing: boolean): Promise<string> => {
      const answer = await socket.call('typing.set', { roomId, typing });
      return answer.ok ? 'ok' : answer.error.code;
    };
    return Object.assign(socket, { type });
  }

  const shownTo = ({ frames }: SocketClient) => frames.filter(({ name }) => name === 'ephemeral').flatMap(({ body }) => body as object[]);

  it('is whoever may post in the room', async () => {
    const { roomId } = await ann!.createRoom({ kind: 'public', name: 'lobby', memberIds: [bob!.userId] });
    const [owner, member, reader] = [await typist(ann, roomId), await typist(bob, roomId), await typist(eve, roomId)];

    expect([await reader.type(true), await reader.type(false)]).toEqual(['NOT_A_MEMBER', 'NOT_A_MEMBER']);
    expect(await member.type(true)).toBe('ok');
    await eventually(() => expect(shownTo(owner)).toContainEqual({ type: 'typing', roomId, userId: bob!.userId, typing: true }));
    expect(shownTo(owner)).not.toContainEqual(expect.objectContaining({ userId: eve!.userId }));

    await ann!.call('PATCH', `/rooms/${roomId}/members/${bob!.userId}`, { muted: true });
    expect([await member.type(true), await member.type(false)]).toEqual(['MUTED', 'MUTED']);
    expect(await owner.type(true)).toBe('ok');
    await ann!.call('DELETE', `/rooms/${roomId}`);
    expect(await owner.type(true)).toBe('ROOM_ARCHIVED');
  });

  it('is in an announcement room whoever announces', async () => {
    const { roomId } = await ann!.createRoom({ kind: 'announcement', name: 'news', memberIds: [bob!.userId] });
    const [owner, member] = [await typist(ann, roomId), await typist(bob, roomId)];

    expect([await owner.type(true), await member.type(true)]).toEqual(['ok', 'FORBIDDEN']);
  });
});
