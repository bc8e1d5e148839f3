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

  it('takes the key of a post from its body, and refuses a header that says another', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby' });
    const body = { clientMsgId: 'key-1', text: 'hello' };

    await expect(ann.call('POST', `/rooms/${roomId}/messages`, body, { 'idempotency-key': 'key-2' })).rejects.toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
    });
    await expect(ann.call('POST', `/rooms/${roomId}/messages`, body, { 'idempotency-key': 'key-1' })).resolves.toMatchObject({ status: 201 });
    await expect(ann.call('POST', `/rooms/${roomId}/leave`, undefined, { 'idempotency-key': 'not a key' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('makes one room for one key, and refuses the key for other content', async () => {
    const room = { kind: 'public', name: 'general' };
    const headers = { 'idempotency-key': randomUUID() };

    const first = await ann.call('POST', '/rooms', room, headers);
    const again = await ann.call('POST', '/rooms', room, headers);

    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    await expect(ann.call('POST', '/rooms', { ...room, name: 'other' }, headers)).rejects.toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('finds the one direct room of two people from both sides, and brings back who had left', async () => {
    const first = await ann.call('POST', '/rooms', { kind: 'direct', memberIds: [bob.userId] });
    const { roomId } = first.body as { roomId: string };
    await bob.call('POST', `/rooms/${roomId}/leave`);

    const again = await bob.call('POST', '/rooms', { kind: 'direct', memberIds: [ann.userId] });

    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toMatchObject({ roomId, kind: 'direct', memberCount: 2, me: { role: 'member' } });
    const { body } = await bob.call('GET', '/rooms');
    expect((body as { items: { roomId: string }[] }).items.map((room) => room.roomId)).toContain(roomId);
    await expect(ann.call('POST', '/rooms', { kind: 'direct', memberIds: [ann.userId] })).rejects.toMatchObject({ status: 400 });
  });

  it('refuses people who do not exist, saying which', async () => {
    const nobody = randomUUID();
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby' });

    await expect(ann.call('POST', '/rooms', { kind: 'private', name: 'lobby', memberIds: [bob.userId, nobody] })).rejects.toMatchObject({
      status: 404,
      code: 'USER_NOT_FOUND',
      body: { errors: [{ path: 'memberIds.1' }] },
    });
    for (const path of ['members', 'invites']) {
      await expect(ann.call('POST', `/rooms/${roomId}/${path}`, { userIds: [nobody] })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    }
    await expect(ann.call('POST', `/rooms/${roomId}/bans`, { userId: nobody })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
  });

  it('lists members, invitations and bans with their profiles', async () => {
    const eve = await RestClient.register(app.url, 'eve');
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby', memberIds: [bob.userId] });
    await ann.call('POST', `/rooms/${roomId}/invites`, { userIds: [eve.userId] });

    const members = await ann.call('GET', `/rooms/${roomId}/members`);
    const invites = await ann.call('GET', `/rooms/${roomId}/invites`);
    await ann.call('PATCH', `/rooms/${roomId}/members/${bob.userId}`, { muted: true });
    await expect(post(bob, roomId, 'hm')).rejects.toMatchObject({ status: 403, code: 'MUTED' });
    await ann.call('DELETE', `/rooms/${roomId}/members/${bob.userId}`);
    await ann.call('DELETE', `/rooms/${roomId}/invites/${eve.userId}`);
    await ann.call('POST', `/rooms/${roomId}/bans`, { userId: bob.userId, reason: 'noise' });
    const bans = await ann.call('GET', `/rooms/${roomId}/bans`);

    expect((members.body as { items: object[] }).items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ role: 'member', muted: false, user: expect.objectContaining({ userId: bob.userId, username: bob.credentials?.username }) }),
      ]),
    );
    expect(invites.body).toMatchObject({ items: [{ userId: eve.userId, bot: false }] });
    expect(bans.body).toMatchObject({ items: [{ user: { userId: bob.userId }, bannedBy: ann.userId, reason: 'noise' }] });
    await expect(bob.call('GET', `/rooms/${roomId}`)).rejects.toMatchObject({ status: 404, code: 'ROOM_NOT_FOUND' });
    await ann.call('DELETE', `/rooms/${roomId}/bans/${bob.userId}`);
    expect((await ann.call('GET', `/rooms/${roomId}/bans`)).body).toEqual({ items: [] });
  });

  it('keeps somebody muted who left and came back, or was removed and added, until the mute is lifted', async () => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'square', memberIds: [bob.userId] });
    const refused = { status: 403, code: 'MUTED' };
    await ann.call('PATCH', `/rooms/${roomId}/members/${bob.userId}`, { muted: true });

    await bob.call('POST', `/rooms/${roomId}/leave`);
    await bob.call('POST', `/rooms/${roomId}/join`);
    await expect(post(bob, roomId, 'left')).rejects.toMatchObject(refused);
    expect((await bob.call('GET', `/rooms/${roomId}`)).body).toMatchObject({ me: { muted: true } });

    await ann.call('DELETE', `/rooms/${roomId}/members/${bob.userId}`);
    await ann.call('POST', `/rooms/${roomId}/members`, { userIds: [bob.userId] });
    await expect(post(bob, roomId, 'removed')).rejects.toMatchObject(refused);

    await ann.call('PATCH', `/rooms/${roomId}/members/${bob.userId}`, { muted: false });
    await bob.call('POST', `/rooms/${roomId}/leave`);
    await bob.call('POST', `/rooms/${roomId}/join`);
    expect((await post(bob, roomId, 'hello again')).status).toBe(201);
  });

  it('answers the room that somebody leaves, also when they see it no more', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby', memberIds: [bob.userId] });
    const headers = { 'idempotency-key': randomUUID() };

    const left = await bob.call('POST', `/rooms/${roomId}/leave`, undefined, headers);
    const repeated = await bob.call('POST', `/rooms/${roomId}/leave`, undefined, headers);

    expect(left).toMatchObject({ status: 200, body: { room: { roomId, memberCount: 1, head: 4 } } });
    expect((left.body as { room: object }).room).not.toHaveProperty('me');
    expect(repeated.status).toBe(200);
  });

  it('archives a room that its last owner leaves without anybody in it', async () => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'lobby' });
    const secret = await ann.createRoom({ kind: 'private', name: 'lobby' });

    const left = await ann.call('POST', `/rooms/${roomId}/leave`);

    expect(left.body).toMatchObject({ room: { roomId, memberCount: 0, head: 4, archivedAt: expect.any(String) } });
    expect((await ann.call('POST', `/rooms/${secret.roomId}/leave`)).body).toMatchObject({ room: { memberCount: 0, head: 4, archivedAt: expect.any(String) } });
    await expect(bob.call('POST', `/rooms/${roomId}/join`)).rejects.toMatchObject({ code: 'ROOM_ARCHIVED' });
    expect((await bob.log(roomId)).map(({ type }) => type).slice(-2)).toEqual(['room.archived', 'member.left']);
  });

  it('keeps a message through its life', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby', memberIds: [bob.userId] });
    const { body } = await post(ann, roomId, 'first');
    const { messageId } = body as { messageId: string };
    const message = `/rooms/${roomId}/messages/${messageId}`;

    await ann.call('PATCH', message, { text: 'second' });
    await bob.call('PUT', `${message}/reactions/${encodeURIComponent('👍')}`);
    const reacted = await bob.call('GET', message);
    await bob.call('DELETE', `${message}/reactions/${encodeURIComponent('👍')}`);
    const revisions = await ann.call('GET', `${message}/revisions`);
    await ann.call('DELETE', message);
    const deleted = await ann.call('GET', message);
    await ann.call('POST', `${message}/restore`);
    const restored = await ann.call('GET', message);

    expect(reacted.body).toMatchObject({ text: 'second', reactions: [{ emoji: '👍', count: 1, mine: true }] });
    expect(revisions.body).toMatchObject({ items: [{ text: 'first', editedBy: ann.userId }] });
    expect(deleted.body).not.toHaveProperty('text');
    expect(restored.body).toMatchObject({ text: 'second', reactions: [] });
    await expect(ann.call('PUT', `${message}/reactions/nothing`)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('pages through history and the log, and moves the read mark', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'lobby', memberIds: [bob.userId] });
    for (const text of ['one', 'two', 'three']) await post(ann, roomId, text);
    const texts = (answer: { body: unknown }): unknown[] => (answer.body as { items: { text: string }[] }).items.map(({ text }) => text);

    expect(texts(await bob.call('GET', `/rooms/${roomId}/messages?limit=2`))).toEqual(['two', 'three']);
    expect(texts(await bob.call('GET', `/rooms/${roomId}/messages?after=3&limit=1`))).toEqual(['one']);
    expect(texts(await bob.call('GET', `/rooms/${roomId}/messages?around=2026-01-01&limit=1`))).toEqual(['one']);
    expect((await bob.log(roomId)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await bob.call('PUT', `/rooms/${roomId}/read`, { seq: 4 })).toMatchObject({ status: 200, body: { unreadCount: 2 } });
    await expect(bob.call('GET', `/rooms/${roomId}/events?after=1.99`)).rejects.toMatchObject({ status: 409, code: 'RESYNC_REQUIRED' });
    await expect(bob.call('GET', `/rooms/${roomId}/messages?before=1&after=1`)).rejects.toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it('archives a room for good', async () => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'lobby' });

    const archived = await ann.call('DELETE', `/rooms/${roomId}`);

    expect(archived.body).toMatchObject({ roomId, archivedAt: expect.any(String) });
    await expect(post(ann, roomId, 'late')).rejects.toMatchObject({ status: 403, code: 'ROOM_ARCHIVED' });
  });

  it('answers an unchanged read with 304', async () => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'lobby' });
    const url = `${app.url}/api/v1/rooms/${roomId}`;
    const authorization = `Bearer ${ann.credentials?.accessToken ?? ''}`;

    const first = await fetch(url, { headers: { authorization } });
    const second = await fetch(url, { headers: { authorization, 'if-none-match': first.headers.get('etag') ?? '' } });

    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(second.status).toBe(304);
  });

  it('keeps what is for operators from everybody else', async () => {
    const days = 'from=2026-01-01&to=2026-01-02';
    for (const path of ['days', 'activity', 'people', 'rooms', 'delivery', 'errors'].map((figures) => `/analytics/${figures}?${days}`)) {
      await expect(ann.call('GET', path)).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
    await expect(ann.call('POST', '/audit/erasures', { userId: ann.userId })).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });
    for (const path of ['/audit', '/audit/export', '/operations/partitions']) {
      await expect(ann.call('GET', path)).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
  });
});
