import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange, tell, type Told } from '../support/bare-http';
import { RestClient } from '../support/rest-client';
import { SseClient } from '../support/sse-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

jest.setTimeout(120_000);

let system: TestedSystem;
let alice: RestClient;
let bob: RestClient;
let mallory: RestClient;
let roomId: string;
let directId: string;
let messageId: string;

beforeAll(async () => {
  system = await startSystem();
  [alice, bob, mallory] = [
    await RestClient.register(system.url, 'alice'),
    await RestClient.register(system.otherUrl, 'bob'),
    await RestClient.register(system.url, 'mallory'),
  ];
  ({ roomId } = await alice.createRoom({ kind: 'private', name: 'secret', memberIds: [bob.userId] }));
  ({ roomId: directId } = await alice.createRoom({ kind: 'direct', memberIds: [bob.userId] }));
  const { body } = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'zebra', text: 'a secret zebra' });
  ({ messageId } = body as { messageId: string });
});
afterAll(() => system.remove());

/** Whatever came: nothing was told of the inside, nobody called it a failure of the server, and the server is well. */
afterEach(async () => {
  expect(system.printed).not.toMatch(/"level":"(error|fatal)"/);
  expect((await fetch(`${system.url}/api/health/ready`)).status).toBe(200);
});

describe('a room of others', () => {
  const calls = (): [string, string, object?][] => [
    ['GET', ''],
    ['PATCH', '', { name: 'mine' }],
    ['DELETE', ''],
    ['POST', '/join'],
    ['POST', '/leave'],
    ['GET', '/members'],
    ['POST', '/members', { userIds: [mallory.userId] }],
    ['PATCH', `/members/${alice.userId}`, { role: 'member' }],
    ['PATCH', `/members/${mallory.userId}`, { role: 'admin' }],
    ['DELETE', `/members/${alice.userId}`],
    ['DELETE', `/members/${mallory.userId}`],
    ['GET', '/bans'],
    ['POST', '/bans', { userId: alice.userId }],
    ['DELETE', `/bans/${alice.userId}`],
    ['POST', '/invites', { userIds: [mallory.userId] }],
    ['POST', '/messages', { clientMsgId: 'hostile', text: 'hello' }],
    ['POST', '/messages', { clientMsgId: 'hostile', text: 'hello', replyTo: messageId }],
    ['GET', '/messages'],
    ['GET', '/messages?around=2020-01-01'],
    ['GET', `/messages/${messageId}`],
    ['PATCH', `/messages/${messageId}`, { text: 'mine' }],
    ['DELETE', `/messages/${messageId}`],
    ['POST', `/messages/${messageId}/restore`],
    ['GET', `/messages/${messageId}/revisions`],
    ['PUT', `/messages/${messageId}/reactions/%F0%9F%91%8D`],
    ['DELETE', `/messages/${messageId}/reactions/%F0%9F%91%8D`],
    ['GET', '/events?after=1.0'],
    ['GET', '/events?after=1.999999'],
    ['GET', '/events?after=9.9'],
    ['PUT', '/read', { seq: 1 }],
    ['PUT', '/read', { seq: 9_999, force: true }],
  ];
  /** What is wrong with the call itself may be told, as long as it is told alike. */
  const wrongCalls = (): [string, string, object?][] => [
    ['PATCH', '', { nothing: 1 }],
    ['POST', '/members', {}],
    ['POST', '/bans', {}],
    ['POST', '/messages', { text: 'no key' }],
    ['GET', '/messages?before=x'],
    ['GET', '/messages/none'],
    ['GET', '/events?after=garbage'],
    ['GET', '/events?after=0.1'],
    ['PUT', '/read', {}],
    ['PATCH', '/members/none', { role: 'admin' }],
  ];
  const answerOf = async (room: string, [method, path, body]: [string, string, object?]): Promise<Told> => {
    const told = await tell(mallory, method, `/rooms/${room}${path}`, body === undefined ? null : JSON.stringify(body));
    return { ...told, text: told.text.replaceAll(room, 'room') };
  };

  it('looks like one that does not exist, whatever is called', async () => {
    for (const call of calls()) {
      const nowhere = await answerOf(randomUUID(), call);
      expect([call, nowhere.code]).toEqual([call, 'ROOM_NOT_FOUND']);
      for (const room of [roomId, directId, roomId.toUpperCase()]) expect([call, await answerOf(room, call)]).toEqual([call, nowhere]);
    }
  });

  it('looks like one that does not exist when the call is wrong', async () => {
    for (const call of wrongCalls()) {
      const nowhere = await answerOf(randomUUID(), call);
      for (const room of [roomId, directId]) expect([call, await answerOf(room, call)]).toEqual([call, nowhere]);
    }
  });

  it('is not found by search, lists or an event stream', async () => {
    for (const path of ['/search?q=zebra', `/search?q=zebra&roomId=${roomId}`, '/rooms', '/rooms/discover?query=secret'])
      expect(JSON.parse((await tell(mallory, 'GET', path)).text)).toMatchObject({ items: [] });
    const frames = async (room: string): Promise<unknown[]> => {
      const stream = await SseClient.open(mallory, `?rooms=${room}&after=1.0`);
      while (!stream.frames.some(({ name }) => name === 'resync')) await delay(10);
      await stream.close();
      expect(stream.events).toEqual([]);
      return stream.frames.filter(({ name }) => name === 'resync');
    };
    const told = JSON.stringify(await frames(roomId));
    const nowhere = randomUUID();
    expect(told.replaceAll(roomId, 'room')).toBe(JSON.stringify(await frames(nowhere)).replaceAll(nowhere, 'room'));
  });
});

describe('strange addresses and queries', () => {
  const deep = Buffer.from('["x",1]').toString('base64url');
  it.each([
    ...['limit=1e9', 'before=-1', 'limit=0', 'limit=%00', 'limit=1&limit=2', 'around=9999-99-99', 'around=0000-01-01', 'around=-271821-04-20'],
    ...['around=2020-01-01T00:00:00%2B99:99', 'before=99999999999999999999', 'after=1&before=2', 'limit', 'limit=%E0%A4%A'],
  ])('refuses history with %p', async (query) => {
    expect(await tell(alice, 'GET', `/rooms/${roomId}/messages?${query}`)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it.each(['limit[]=1', 'limit[a]=1', '__proto__[x]=1', '%', 'a=1&'.repeat(3_000), `${'a[b]'.repeat(500)}=1`])(
    'ignores what history does not take: %#',
    async (query) => {
      expect(await tell(alice, 'GET', `/rooms/${roomId}/messages?${query}`)).toMatchObject({ status: 200 });
    },
  );

  it.each(['1', '1.', '.1', '1.-1', '-1.0', '0.1', '1.1.1', '1.1e3', '01.01', '1.9007199254740993', '99999999999999999999.1', '١.١', 'garbage', '%00'])(
    'refuses the cursor %p',
    async (cursor) => {
      expect(await tell(alice, 'GET', `/rooms/${roomId}/events?after=${encodeURIComponent(cursor)}`)).toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );

  it.each(['1.999999', '9.9'])('has nothing to go on from at the cursor %p', async (cursor) => {
    expect(await tell(alice, 'GET', `/rooms/${roomId}/events?after=${cursor}`)).toMatchObject({ status: 409, code: 'RESYNC_REQUIRED' });
  });

  it.each([
    ...[
      '((((',
      "'; drop table messages; --",
      '<->'.repeat(66),
      ':*',
      '\\',
      '"""',
      '-',
      'or or',
      "!a&b|c:*'",
      '"a" -'.repeat(40),
      '👍'.repeat(100),
      '%',
      '\u202e',
      '\ufffe',
    ],
    ...['$1', '\\u0000', '&'.repeat(200), '*'.repeat(200), '"'.repeat(199), '-'.repeat(200), `${'- '.repeat(99)}a`, `${'-('.repeat(99)}a`],
  ])('searches for %p', async (q) => {
    expect(await tell(alice, 'GET', `/search?q=${encodeURIComponent(q)}`)).toMatchObject({ status: 200 });
  });

  it.each([
    'q=',
    'q=%20',
    'q=%00',
    'q[]=a',
    `q=${'a'.repeat(201)}`,
    'q=a&cursor=garbage',
    `q=a&cursor=${deep}`,
    `q=a&cursor=${'A'.repeat(511)}`,
    'q=a&roomId=x',
    'q=a&before=soon',
  ])('refuses to search with query %#', async (query) => {
    expect(await tell(alice, 'GET', `/search?${query}`)).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it.each(['garbage', '%00', 'e30', 'bnVsbA', 'W10', deep, Buffer.from('["infinity","x"]').toString('base64url')])('refuses the page %p', async (cursor) => {
    for (const path of ['/rooms', '/rooms/discover', `/rooms/${roomId}/members`])
      expect((await tell(alice, 'GET', `${path}?cursor=${cursor}`)).status).toBe(400);
  });

  it('refuses pages that nobody can have been on', async () => {
    const page = (place: unknown[]): string => Buffer.from(JSON.stringify([...place, randomUUID()])).toString('base64url');
    const pages = [
      ...['9999-99-99 99:99:99+00', '999999-01-01 00:00:00+00', '2026-02-30 00:00:00+00'].flatMap((at) => [
        `/rooms?cursor=${page([at])}`,
        `/search?q=a&cursor=${page([at])}`,
      ]),
      `/rooms/discover?cursor=${page(['\0'])}`,
    ];
    for (const path of pages) expect(await tell(alice, 'GET', path)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
  });

  it('has nothing outside its routes', async () => {
    // Outside of the API lies the web client, whose page answers for every path.
    expect(await (await fetch(`${system.url}/api/v1/%2e%2e/%2e%2e/etc/passwd`)).text()).not.toContain('root:');
    const reactions = `/rooms/${roomId}/messages/${messageId}/reactions`;
    for (const path of ['/rooms/..%2f..%2f', '/rooms/%00', '/rooms/%E0%A4%A', `/rooms/${'a'.repeat(10_000)}`])
      expect((await tell(alice, 'GET', path)).status).toBeGreaterThanOrEqual(400);
    for (const emoji of ['%F0%9F%91%8D%00', '%ED%A0%80', '%2F', '..', '%F0%9F%91%8D'.repeat(300), `:${'a'.repeat(41)}:`, '%E2%80%8D'.repeat(64), 'a'])
      expect((await tell(alice, 'PUT', `${reactions}/${emoji}`)).status).toBeGreaterThanOrEqual(400);
    for (const path of [
      '/../../etc/passwd',
      '/..%2f..%2fetc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//etc/passwd',
      '/assets/..%5c..%5c',
      '/.env',
      '/%00.js',
      '*',
    ])
      expect(await exchange(system.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 (40[04]|200[^]*<title>Agent Chat<\/title>)/,
      );
  });
});
