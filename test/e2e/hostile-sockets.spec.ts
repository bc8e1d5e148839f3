import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { RawSocket } from '../support/raw-socket';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const MB = 1024 * 1024;

jest.setTimeout(180_000);

/** Frames that no client of ours sends, by what is wrong with them. */
const STRANGE_FRAMES: Readonly<Record<string, (string | Buffer)[]>> = {
  'no packet at all': ['hello'],
  'an empty frame': [''],
  'an unknown type of packet': ['9'],
  'a probe for an upgrade': ['2probe', '5'],
  'a ping of its own': ['2'],
  'a base64 frame': ['bAAAA'],
  'an acknowledgement of nothing': ['430[1]', '43999[]', '461-1[{"_placeholder":true,"num":0}]', Buffer.from('x')],
  'an error of its own': ['44{"message":"x"}'],
  'reserved events': ['42["connect"]'],
  'a listener event': ['42["newListener",1]'],
  'an event without a name': ['42[]'],
  'a body that is no array': ['42{"message.post":1}'],
  'broken JSON': ['42["message.post",{'],
  'calls without acknowledgement': ['42["message.post",{}]', '42["message.post"]', '42["nothing"]', '42[5]'],
  'huge acknowledgement ids': [`42${'9'.repeat(400)}["message.post",{}]`],
  'a negative acknowledgement id': ['42-1["message.post",{}]'],
  'a binary body': ['451-["message.post",{"_placeholder":true,"num":0}]', Buffer.from('abc')],
  'a placeholder of nothing': ['451-["x",{"_placeholder":true,"num":1e9}]', Buffer.from('abc')],
  'a binary event name': ['451-7[{"_placeholder":true,"num":0},1]', Buffer.from('x')],
  'binary from nowhere': [Buffer.from([1, 2, 3])],
  'a hundred thousand attachments': ['4599999-["x"]'],
  'text where binary was announced': ['452-["x",{"_placeholder":true,"num":0}]', Buffer.from('x'), '42["x"]'],
  'another namespace': ['40/admin,{}', '42/admin,["x"]'],
  'a namespace as long as a frame': [`40/${'x'.repeat(100_000)},{}`],
  'a second log-in': ['40{"token":"x"}'],
  'a goodbye': ['41'],
  'arrays 60,000 deep': [`421["message.post",${'['.repeat(60_000)}${']'.repeat(60_000)}]`],
  'objects 20,000 deep': [`421["message.post",${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}]`],
  'a frame above the limit': ['x'.repeat(MB)],
};

async function flood(socket: RawSocket, frame: (index: number) => string, count: number): Promise<void> {
  for (let index = 0; index < count && !socket.isClosed; index++) {
    socket.send(frame(index));
    if (index % 200 === 0) await turn();
    // What isn't taken from us would fill our own memory.
    if (socket.unsentBytes > 4 * MB) return;
  }
}

describe('a hostile socket', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;
  let witness: SocketClient;
  let roomId: string;

  beforeAll(async () => {
    system = await startSystem({ MAX_CONNECTIONS_PER_USER: '1000' });
    [alice, bob] = [await RestClient.register(system.url, 'alice'), await RestClient.register(system.otherUrl, 'bob')];
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'hostile', memberIds: [bob.userId] }));
    witness = await SocketClient.connect(bob);
    await witness.subscribe(roomId);
  });
  afterAll(async () => {
    witness.close();
    await system.remove();
  });

  /** Somebody else's connection works as if nothing had happened. */
  async function expectUnharmed(): Promise<void> {
    const key = randomUUID();
    expect(await witness.call('message.post', { roomId, clientMsgId: key, text: 'still here' })).toMatchObject({ ok: true });
    await eventually(() => expect(witness.events.some(({ data }) => data?.['clientMsgId'] === key)).toBe(true));
    expect(witness.socket.connected).toBe(true);
    expect(system.printed).not.toMatch(/"level":"(error|fatal)"/);
  }

  it.each(Object.entries(STRANGE_FRAMES))('that sends %s harms nobody', async (_name, frames) => {
    const [known, unknown] = [await RawSocket.connect(alice), await RawSocket.open(system.url)];
    for (const socket of [known, unknown]) for (const frame of frames) socket.send(frame);
    await expectUnharmed();
    for (const frame of [...known.frames, ...unknown.frames]) expect(frame).not.toMatch(/INTERNAL|node_modules|Error:/);
    for (const socket of [known, unknown]) socket.end();
  });

  it.each(['null', '[]', '5', '"x"', '', '{"__proto__":{"roomId":"x"}}', '{"roomId":{"$ne":1}}', '[[[]]]', '{"rooms":[null]}', 'true,1,2,3'])(
    'is told what is wrong with %p',
    async (json) => {
      const socket = await RawSocket.connect(alice);
      for (const call of ['message.post', 'room.subscribe', 'events.fetch', 'typing.set', 'presence.watch', 'auth.renew'])
        expect(await socket.call(call, json)).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED', retryable: false } });
      for (const call of ['nothing', '__proto__', 'constructor', 'toString', '*'])
        expect(await socket.call(call, json)).toMatchObject({ ok: false, error: { code: 'UNKNOWN_EVENT', retryable: false } });
      socket.end();
    },
  );

  it('learns nothing about rooms of others', async () => {
    const { body } = await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: 'a secret' });
    const { messageId } = body as { messageId: string };
    const direct = await alice.createRoom({ kind: 'direct', memberIds: [bob.userId] });
    const socket = await SocketClient.connect(await RestClient.register(system.url, 'mallory'));
    const ask = async (room: string): Promise<string> => {
      const on = { roomId: room, messageId };
      const answers = [
        await socket.call('room.subscribe', { rooms: [{ roomId: room }] }),
        await socket.call('room.subscribe', { rooms: [{ roomId: room, cursor: '1.999999' }] }),
        await socket.call('room.subscribe', { rooms: [{ roomId: room, cursor: '9.9' }] }),
        await socket.call('events.fetch', { roomId: room, after: '1.0' }),
        await socket.call('events.fetch', { roomId: room, after: '9.9' }),
        await socket.call('message.post', { roomId: room, clientMsgId: randomUUID(), text: 'let me in' }),
        await socket.call('message.post', { roomId: room, clientMsgId: randomUUID(), text: 'let me in', replyTo: messageId }),
        await socket.call('message.edit', { ...on, text: 'mine' }),
        await socket.call('message.delete', on),
        await socket.call('message.restore', on),
        await socket.call('reaction.add', { ...on, emoji: '👍' }),
        await socket.call('reaction.remove', { ...on, emoji: '👍' }),
        await socket.call('room.read', { roomId: room, seq: 1 }),
        await socket.call('room.read', { roomId: room, seq: 1, force: true }),
      ];
      for (const answer of answers) expect(JSON.stringify(answer)).toContain('"code":"ROOM_NOT_FOUND"');
      answers.push(await socket.call('typing.set', { roomId: room, typing: true }), await socket.call('room.unsubscribe', { roomIds: [room] }));
      return JSON.stringify(answers).replaceAll(room, 'room');
    };

    const nowhere = await ask(randomUUID());
    expect(await ask(roomId)).toBe(nowhere);
    expect(await ask(direct.roomId)).toBe(nowhere);
    socket.close();
  });

  it.each(['not.existing', 'message.post', 'room.unsubscribe'])(
    'that floods %s and never reads the answers is closed, and its memory given back',
    async (call) => {
      const round = async (): Promise<void> => {
        const socket = await RawSocket.connect(alice);
        socket.stopReading();
        await flood(socket, (index) => `42${String(index)}["${call}",{"roomIds":["${randomUUID()}"]}]`, 60_000);
        await expectUnharmed();
        socket.readOn();
        // It was cut off, or all that it asked fitted into what may wait.
        await eventually(
          () => expect(socket.closingCode ?? (socket.isClosed ? 'cut' : `${String(socket.unsentBytes)} unsent`)).toMatch(/SLOW_CONSUMER|cut|^0 unsent/),
          {
            timeoutMs: 20_000,
          },
        );
        socket.end();
      };
      await round();
      const before = system.residentBytes;
      for (let again = 0; again < 4; again++) await round();
      expect(system.residentBytes - before).toBeLessThan(150 * MB);
    },
  );

  it('that reads nothing while its room is written to is closed with SLOW_CONSUMER', async () => {
    const slow = await RawSocket.connect(alice);
    await slow.call('room.subscribe', JSON.stringify({ rooms: [{ roomId }] }));
    slow.stopReading();
    const before = system.residentBytes;
    const text = '🦓'.repeat(7_990);
    for (let post = 0; post < 1_200; post += 20)
      await Promise.all(Array.from({ length: 20 }, (_, index) => witness.call('message.post', { roomId, clientMsgId: `slow-${String(post + index)}`, text })));
    await expectUnharmed();
    slow.readOn();
    await eventually(() => expect(slow.isClosed).toBe(true), { timeoutMs: 10_000 });
    // Less than half of what was written to the room: it waited for nobody.
    expect(slow.frames.join('').length).toBeLessThan(10 * MB);
    expect(system.residentBytes - before).toBeLessThan(200 * MB);
  });

  it('opens by the thousand without logging in, is not waited for, and is closed', async () => {
    const sockets = await Promise.all(Array.from({ length: 1_000 }, () => RawSocket.open(system.url)));
    await expectUnharmed();
    await eventually(() => expect(sockets.filter(({ isClosed }) => !isClosed).length).toBe(0), { timeoutMs: 20_000 });
  });

  it('logs in at most once over one transport, however often it tries', async () => {
    const socket = await RawSocket.open(system.url);
    for (let time = 0; time < 60; time++) socket.send(`40${JSON.stringify({ token: alice.credentials?.accessToken })}`);
    await expectUnharmed();
    await eventually(() => expect(socket.frames.filter((frame) => frame.startsWith('44')).length + Number(socket.isClosed)).toBeGreaterThan(0));
    // None where the socket was closed for trying before the first was through.
    expect(socket.frames.filter((frame) => frame.startsWith('40')).length).toBeLessThanOrEqual(1);
    socket.end();
  });
});

describe('a flooding socket under the default limits', () => {
  let system: TestedSystem;
  let alice: RestClient;

  beforeAll(async () => {
    system = await startSystem({ RATE_LIMITS: '{}' });
    alice = await RestClient.register(system.url, 'alice');
  });
  afterAll(() => system.remove());

  it.each(['42@["message.post",{}]', '42@["no.such.call"]', '42["no.such.call"]', '43@[]', '6'])('is closed for %p', async (frame) => {
    const socket = await RawSocket.connect(alice);
    expect(socket.isConnected).toBe(true);
    await flood(socket, (index) => frame.replace('@', String(index)), 5_000);
    await eventually(() => expect(socket.isClosed).toBe(true), { timeoutMs: 15_000 });
    expect(socket.closingCode).toBe('RATE_LIMITED');
  });

  it('may subscribe to only so many rooms, and is answered for each', async () => {
    const socket = await SocketClient.connect(alice);
    const rooms = await Promise.all(
      Array.from({ length: 30 }, () => socket.call('room.subscribe', { rooms: Array.from({ length: 100 }, () => ({ roomId: randomUUID() })) })),
    );
    const outcomes = rooms.map((answer) => (answer.ok ? (answer['rooms'] as unknown[]).length : answer.error.code));
    expect(outcomes.filter((outcome) => outcome !== 100 && outcome !== 'TOO_MANY_SUBSCRIPTIONS')).toEqual([]);
    expect(outcomes).toContain(100);
    socket.close();
  });

  it('storms are let in only at the allowed rate', async () => {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => RawSocket.connect(alice)));
    expect(sockets.filter(({ isConnected }) => isConnected).length).toBeLessThanOrEqual(60);
    for (const refused of sockets.filter(({ isConnected }) => !isConnected)) expect(refused.frames.join('')).toMatch(/"code":"(RATE_LIMITED|LIMIT_REACHED)"/);
    for (const socket of sockets) socket.end();
  });
});
