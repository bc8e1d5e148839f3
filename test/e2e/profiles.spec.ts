import { type User } from '@agent-chat/contracts';
import { eventually } from '@agent-chat/testing';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { landscape } from '../support/test-pictures';
import { type TestedSystem } from '../support/tested-system';

const SOON = { timeoutMs: 20_000 };

describe('a changed profile', () => {
  let system: TestedSystem;
  let carla: RestClient;
  let stranger: RestClient;
  let watcher: SocketClient;
  let other: SocketClient;

  beforeAll(async () => {
    system = await startSystem();
    [carla, stranger] = await Promise.all([RestClient.register(system.url, 'carla'), RestClient.register(system.url, 'stranger')]);
    const [anna, ben] = await Promise.all([RestClient.register(system.otherUrl, 'anna'), RestClient.register(system.url, 'ben')]);
    [watcher, other] = await Promise.all([SocketClient.connect(anna), SocketClient.connect(ben)]);
    expect(await watcher.call('presence.watch', { userIds: [carla.userId] })).toMatchObject({ ok: true });
    expect(await other.call('presence.watch', { userIds: [stranger.userId] })).toMatchObject({ ok: true });
  }, 90_000);
  afterAll(async () => {
    watcher.close();
    other.close();
    await system.remove();
  });

  const toldTo = ({ frames }: SocketClient): User[] =>
    frames
      .filter(({ name }) => name === 'ephemeral')
      .flatMap(({ body }) => body as { type: string; user: User }[])
      .flatMap(({ type, user }) => (type === 'profile' ? [user] : []));
  const untilTold = (profile: unknown): Promise<void> => eventually(() => expect(toldTo(watcher).at(-1)).toEqual(profile), SOON);

  it('is told to whoever watches that person, on any gateway: the name, a picture, and that it was taken away', async () => {
    const named = (await carla.call('PATCH', '/users/me', { displayName: 'Carla Neu' })).body as User;
    expect(named.displayName).toBe('Carla Neu');
    await untilTold(named);

    const answer = await fetch(`${system.url}/api/v1/users/me/avatar`, {
      method: 'PUT',
      headers: { 'content-type': 'image/jpeg', authorization: `Bearer ${carla.credentials!.accessToken}` },
      body: new Uint8Array(await landscape(300, 300, 40)),
    });
    const pictured = (await answer.json()) as User;
    expect(pictured.avatarUrl).toMatch(/^\/api\/v1\/users\//);
    await untilTold(pictured);

    await carla.call('DELETE', '/users/me/avatar');
    await untilTold(named);
  });

  it('is told to nobody else', async () => {
    const { body } = await stranger.call('PATCH', '/users/me', { displayName: 'Somebody Else' });
    await eventually(() => expect(toldTo(other)).toEqual([body]), SOON);
    expect(toldTo(watcher).filter(({ userId }) => userId !== carla.userId)).toEqual([]);
  });
});
