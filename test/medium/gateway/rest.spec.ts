import { randomUUID } from 'node:crypto';
import { RestClient } from '../../support/rest-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

describe('the REST calls', () => {
  let app: WholeApp;
  let ann: RestClient;
  let bob: RestClient;

  beforeAll(async () => {
    app = await startWholeApp('rest');
    [ann, bob] = await Promise.all([RestClient.register(app.url, 'ann'), RestClient.register(app.url, 'bob')]);
  });
  afterAll(() => app.close());

  const post = (client: RestClient, roomId: string, text: string, clientMsgId: string = randomUUID()) =>
    client.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text });

  it('answers the same post with 201 and then with 200 and what it caused before', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby' });

    const first = await post(ann, roomId, 'hello', 'key-1');
    const again = await post(ann, roomId, 'hello', 'key-1');

    expect(first).toMatchObject({ status: 201, body: { seq: 3, epoch: 1, duplicate: false } });
    expect(again).toMatchObject({ status: 200, body: { ...(first.body as object), duplicate: true } });
  });
});
