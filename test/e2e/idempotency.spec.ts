import { randomUUID } from 'node:crypto';
import { RestClient, RestFailure } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const TIMES = 100;

interface Effect {
  readonly seq: number;
  readonly epoch: number;
  readonly committedAt: string;
  readonly messageId?: string;
  readonly duplicate: boolean;
}

jest.setTimeout(120_000);

/** Calls a hundred times at once, every other time over REST. */
async function mixed(overRest: () => Promise<unknown>, overSocket: () => Promise<unknown>): Promise<unknown[]> {
  return Promise.all(Array.from({ length: TIMES }, (_, index) => (index % 2 === 0 ? overRest() : overSocket())));
}

/** What the calls answered, apart from who was first. */
function oneAnswer(answers: readonly unknown[]): Effect {
  const effects = answers as Effect[];
  const distinct = new Set(effects.map(({ seq, epoch, committedAt, messageId }) => JSON.stringify({ seq, epoch, committedAt, messageId })));
  expect(distinct.size).toBe(1);
  expect(effects.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
  return effects[0]!;
}

describe('one key, a hundred times at once, over REST and Socket.IO', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let bob: RestClient;
  let socket: SocketClient;
  let roomId: string;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    bob = await RestClient.register(system.otherUrl, 'bob');
    socket = await SocketClient.connect(alice);
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'once', memberIds: [bob.userId] }));
  });
  afterAll(async () => {
    socket.close();
    await system.remove();
  });

  const rest = async (method: string, path: string, body: unknown, key: string): Promise<unknown> =>
    (await alice.call(method, `/rooms/${roomId}${path}`, body, { 'idempotency-key': key })).body;
  const frame = async (call: string, body: object): Promise<unknown> => {
    const { ok, ...answer } = await socket.call(call, { roomId, ...body });
    expect(ok).toBe(true);
    return answer;
  };

  it('is one message and one answer', async () => {
    const clientMsgId = randomUUID();

    const answers = await mixed(
      () => rest('POST', '/messages', { clientMsgId, text: 'once' }, clientMsgId),
      () => frame('message.post', { clientMsgId, text: 'once' }),
    );

    const { seq, messageId } = oneAnswer(answers);
    const log = await bob.log(roomId);
    expect(log.filter(({ type }) => type === 'message.posted').map((event) => [event.seq, event.data?.['messageId']])).toEqual([[seq, messageId]]);
  });

  it('is one edit and one reaction', async () => {
    const { messageId } = (await rest('POST', '/messages', { clientMsgId: 'for-edit', text: 'before' }, 'for-edit')) as Effect;
    const path = `/messages/${String(messageId)}`;

    const edit = oneAnswer(
      await mixed(
        () => rest('PATCH', path, { text: 'after' }, 'edit-1'),
        () => frame('message.edit', { messageId, text: 'after', key: 'edit-1' }),
      ),
    );
    const reaction = oneAnswer(
      await mixed(
        () => rest('PUT', `${path}/reactions/${encodeURIComponent('👍')}`, undefined, 'react-1'),
        () => frame('reaction.add', { messageId, emoji: '👍', key: 'react-1' }),
      ),
    );

    const log = await bob.log(roomId);
    expect(log.filter(({ data }) => data?.['messageId'] === messageId).map(({ type, seq }) => [type, seq])).toEqual([
      ['message.posted', edit.seq - 1],
      ['message.edited', edit.seq],
      ['reaction.added', reaction.seq],
    ]);
  });

  it('is one room', async () => {
    const created = await Promise.all(Array.from({ length: TIMES }, () => alice.createRoom({ kind: 'public', name: 'made once' }, 'room-1')));

    expect(new Set(created.map((room) => room.roomId)).size).toBe(1);
    const { body } = await alice.call('GET', '/rooms?limit=100');
    expect((body as { items: { name: string }[] }).items.filter(({ name }) => name === 'made once')).toHaveLength(1);
  });

  it('is one direct room, whoever of the two makes it', async () => {
    const created = await Promise.all(
      Array.from({ length: TIMES }, (_, index) =>
        index % 2 === 0 ? alice.createRoom({ kind: 'direct', memberIds: [bob.userId] }) : bob.createRoom({ kind: 'direct', memberIds: [alice.userId] }),
      ),
    );

    expect(new Set(created.map((room) => room.roomId)).size).toBe(1);
    const log = await alice.log(created[0]?.roomId ?? '');
    expect(log.map(({ type }) => type)).toEqual(['room.created', 'member.joined', 'member.joined']);
  });

  it('is refused with other content', async () => {
    await rest('POST', '/messages', { clientMsgId: 'same', text: 'one' }, 'same');

    const overRest = await rest('POST', '/messages', { clientMsgId: 'same', text: 'two' }, 'same').catch((error: unknown) => error);
    const overSocket = await socket.call('message.post', { roomId, clientMsgId: 'same', text: 'two' });

    expect(overRest).toBeInstanceOf(RestFailure);
    expect(overRest).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
    expect(overSocket).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_CONFLICT' } });
  });
});
