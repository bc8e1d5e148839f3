import { RestClient } from '../../support/rest-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

describe('what people choose for rooms', () => {
  let app: WholeApp;
  let ann: RestClient;
  let bob: RestClient;

  beforeAll(async () => {
    app = await startWholeApp('preferences');
    [ann, bob] = await Promise.all([RestClient.register(app.url, 'ann'), RestClient.register(app.url, 'bob')]);
  });
  afterAll(() => app.close());

  const choose = (client: RestClient, roomId: string, notify: unknown) => client.call('PUT', `/rooms/${roomId}/preference`, { notify });
  const chosen = async (client: RestClient) => (await client.call('GET', '/preferences/rooms')).body;

  it('is kept, changed and forgotten, each for themselves', async () => {
    const [one, two] = [await ann.createRoom({ kind: 'public', name: 'one' }), await ann.createRoom({ kind: 'public', name: 'two' })];
    await bob.call('POST', `/rooms/${one.roomId}/join`);

    expect((await choose(ann, one.roomId, 'nothing')).body).toEqual({ roomId: one.roomId, notify: 'nothing' });
    await choose(ann, two.roomId, 'mentions');
    await choose(ann, two.roomId, 'all');
    await choose(bob, one.roomId, 'all');

    expect(await chosen(ann)).toEqual({
      items: [
        { roomId: two.roomId, notify: 'all' },
        { roomId: one.roomId, notify: 'nothing' },
      ],
    });
    expect(await chosen(bob)).toEqual({ items: [{ roomId: one.roomId, notify: 'all' }] });
    expect((await choose(ann, two.roomId, null)).body).toEqual({ roomId: two.roomId, notify: null });
    expect(await chosen(ann)).toEqual({ items: [{ roomId: one.roomId, notify: 'nothing' }] });
  });

  it('is refused for rooms that they are not in, and for what is no choice', async () => {
    const open = await ann.createRoom({ kind: 'public', name: 'open' });
    const closed = await ann.createRoom({ kind: 'private', name: 'closed' });
    await expect(choose(bob, open.roomId, 'all')).rejects.toMatchObject({ status: 403, code: 'NOT_A_MEMBER' });
    await expect(choose(bob, closed.roomId, 'all')).rejects.toMatchObject({ status: 404, code: 'ROOM_NOT_FOUND' });
    await expect(choose(ann, open.roomId, 'sometimes')).rejects.toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    await expect(choose(ann, open.roomId, undefined)).rejects.toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
    await expect(new RestClient(app.url).call('GET', '/preferences/rooms')).rejects.toMatchObject({ status: 401 });
  });
});
