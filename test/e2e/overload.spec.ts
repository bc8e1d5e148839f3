import { createClient } from '@agent-chat/client';
import { randomUUID } from 'node:crypto';
import { RestClient, RestFailure } from '../support/rest-client';
import { type Answer, SocketClient } from '../support/socket-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

jest.setTimeout(180_000);

/** The least that may be set: a burst is soon too much. */
const SETTINGS = { MAX_OPEN_CALLS: '100' };
const BURST = 200;
/** A burst that comes slowly may all be let in: there are more. */
const MOST_BURSTS = 50;

type Posted = Answer<{ readonly seq: number; readonly messageId: string }>;

describe('more than the system can take', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let socket: SocketClient;
  let roomId: string;
  let number = 0;

  beforeAll(async () => {
    system = await startSystem(SETTINGS);
    alice = await RestClient.register(system.url, 'alice');
    socket = await SocketClient.connect(alice);
    ({ roomId } = await alice.createRoom({ kind: 'private', name: 'crowded' }));
  });
  afterAll(async () => {
    socket.close();
    await system.remove();
  });

  /** Posts them all at once; gives each answer by the key of its post. */
  async function burst(from = socket, to = roomId): Promise<Map<string, Posted>> {
    const keys = Array.from({ length: BURST }, () => `burst-${String(number++)}`);
    const answers = await Promise.all(keys.map((clientMsgId) => from.call('message.post', { roomId: to, clientMsgId, text: clientMsgId })));
    return new Map(answers.map((answer, index) => [keys[index] ?? '', answer as Posted]));
  }

  it('is refused with a time to come back, and what was acknowledged is stored once, where it was said to be', async () => {
    const answers = new Map<string, Posted>();
    for (let bursts = 0; bursts < MOST_BURSTS && ![...answers.values()].some(({ ok }) => !ok); bursts++) {
      for (const [key, answer] of await burst()) answers.set(key, answer);
    }
    const refused = [...answers].filter(([, { ok }]) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    for (const [, answer] of refused) expect(answer).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', retryable: true, retryAfterMs: 1_000 } });

    const places = (await alice.log(roomId)).filter(({ type }) => type === 'message.posted').map(({ seq, data }) => [String(data?.['clientMsgId']), seq]);
    const acknowledged = [...answers].flatMap(([key, answer]) => (answer.ok ? [[key, answer.seq]] : []));
    expect(places).toEqual(acknowledged.sort((one, other) => Number(one[1]) - Number(other[1])));

    // Under the same key, as the refusal invites to.
    const [again] = refused;
    expect(await socket.call('message.post', { roomId, clientMsgId: again?.[0], text: again?.[0] })).toMatchObject({ ok: true, duplicate: false });
  });

  it('is refused over REST with Retry-After, while reading goes on', async () => {
    const post = (): Promise<unknown> => {
      const clientMsgId = `rest-${String(number++)}`;
      return alice
        .call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text: 'over REST' }, { 'idempotency-key': clientMsgId })
        .catch((error: unknown) => error);
    };
    let refusals: RestFailure[] = [];
    for (let bursts = 0; bursts < MOST_BURSTS && refusals.length === 0; bursts++) {
      const [, read, ...answers] = await Promise.all([burst(), alice.call('GET', `/rooms/${roomId}/messages?limit=1`), ...Array.from({ length: 20 }, post)]);
      expect(read.status).toBe(200);
      refusals = answers.filter((answer) => answer instanceof RestFailure);
    }

    expect(refusals[0]).toMatchObject({ status: 503, code: 'UNAVAILABLE', body: { retryable: true, retryAfterMs: 1_000 } });
    await expect(post()).resolves.toMatchObject({ status: 201 });
  });

  it('reaches whoever uses the SDK late, but in order, and once', async () => {
    const sam = createClient({ url: system.url });
    await sam.register({ username: `sam-${randomUUID().slice(0, 8)}`, password: 'correct horse battery' });
    await sam.connect();
    const { roomId: open } = await alice.createRoom({ kind: 'public', name: 'open to all' });
    await sam.rooms.join(open);
    const crowd = await Promise.all(
      ['ann', 'bob', 'cid', 'dan'].map(async (name) => {
        const person = await RestClient.register(system.url, name);
        await person.call('POST', `/rooms/${open}/join`);
        return SocketClient.connect(person);
      }),
    );
    const flood = { isOver: false, refused: 0 };
    const flooding = crowd.map(async (person) => {
      while (!flood.isOver) flood.refused += [...(await burst(person, open)).values()].filter(({ ok }) => !ok).length;
    });

    const texts = Array.from({ length: 6 }, (_, index) => `sam ${String(index)}`);
    await Promise.all(texts.map((text) => sam.room(open).send({ text }).stored));
    flood.isOver = true;
    await Promise.all(flooding);

    const posted = (await alice.log(open)).filter(({ type, data }) => type === 'message.posted' && String(data?.['text']).startsWith('sam '));
    expect(posted.map(({ data }) => data?.['text'])).toEqual(texts);
    expect(flood.refused).toBeGreaterThan(0);
    sam.close();
    for (const person of crowd) person.close();
  });
});
