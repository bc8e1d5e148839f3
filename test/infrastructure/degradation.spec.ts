import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { askPostgres } from '../support/ask-postgres';
import { FaultyCluster } from '../support/cluster-faults';
import { RestClient, RestFailure } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';

jest.setTimeout(240_000);

/** What the contract allows for a delivery that nobody could announce, and a moment for the machine. */
const POLLED_WITHIN_MS = 3_000;
const RECOVERED_WITHIN_MS = 60_000;

describe('a dependency that is down degrades one thing', () => {
  let cluster: FaultyCluster;
  let alice: RestClient;
  let bob: RestClient;
  /** A room in each database. */
  let rooms: { readonly a: string; readonly b: string };

  beforeAll(async () => {
    cluster = await FaultyCluster.start({ apart: true });
    const [first = '', second = ''] = cluster.gateways;
    [alice, bob] = [await RestClient.register(first, 'alice'), await RestClient.register(second, 'bob')];
    rooms = { a: await roomIn('a'), b: await roomIn('b') };
  });
  afterAll(() => cluster.stop());

  /** Makes rooms until one lies in that database. */
  async function roomIn(database: string): Promise<string> {
    const shards = JSON.parse(cluster.settings['SHARD_DATABASES'] ?? '{}') as Record<string, { url: string }>;
    const url = shards[database]?.url ?? '';
    for (;;) {
      const { roomId } = await alice.createRoom({ kind: 'private', name: database, memberIds: [bob.userId] });
      const found = await askPostgres(url, 'SELECT 1 FROM rooms WHERE room_id = $1', [roomId]);
      if (found.length === 1) return roomId;
    }
  }

  const post = async (roomId: string, text: string, person = alice, clientMsgId: string = randomUUID()): Promise<{ seq: number; messageId: string }> =>
    (await person.call('POST', `/rooms/${roomId}/messages`, { clientMsgId, text })).body as { seq: number; messageId: string };
  const textsOf = async (roomId: string, person = bob): Promise<unknown[]> => {
    const { body } = await person.call('GET', `/rooms/${roomId}/messages?limit=50`);
    return (body as { items: { text?: string }[] }).items.map(({ text }) => text);
  };
  const failureOf = async (call: Promise<unknown>): Promise<RestFailure> => {
    const error = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof RestFailure)) throw new Error(`Expected a refusal, got ${String(error)}`);
    return error;
  };
  const whole = async (...names: string[]): Promise<void> => {
    for (const name of names) await cluster.node(name).restart();
    for (const roomId of [rooms.a, rooms.b]) await eventually(() => post(roomId, 'whole again'), { timeoutMs: RECOVERED_WITHIN_MS, intervalMs: 200 });
  };

  it('without Kafka what can be read is read, live connections stay, and writes are refused as what may be tried again', async () => {
    await post(rooms.a, 'before Kafka went');
    const reader = await SocketClient.connect(bob);
    await reader.subscribe(rooms.a);
    await cluster.node('kafka-1').kill();
    const key = randomUUID();

    const first = await failureOf(post(rooms.a, 'while Kafka is away', alice, key));
    const second = await failureOf(post(rooms.a, 'another', alice));

    expect([first, second].filter(({ code }) => code !== 'UNAVAILABLE' && code !== 'TIMEOUT')).toEqual([]);
    expect([first.body, second.body]).toEqual([expect.objectContaining({ retryable: true }), expect.objectContaining({ retryable: true })]);
    expect(await textsOf(rooms.a)).toContain('before Kafka went');
    expect((await bob.log(rooms.a)).length).toBeGreaterThan(0);
    expect(await reader.call('room.subscribe', { rooms: [{ roomId: rooms.b }] })).toMatchObject({ ok: true });
    const latecomer = await SocketClient.connect(alice);
    expect(await latecomer.subscribe(rooms.a)).toMatchObject({ roomId: rooms.a });
    expect((await RestClient.register(alice.url, 'newcomer')).userId).not.toBe('');

    await whole('kafka-1');
    await eventually(() => post(rooms.a, 'while Kafka is away', alice, key), { timeoutMs: RECOVERED_WITHIN_MS });
    expect((await textsOf(rooms.a)).filter((text) => text === 'while Kafka is away')).toHaveLength(1);
    expect(reader.socket.connected).toBe(true);
    for (const socket of [reader, latecomer]) socket.close();
  });

  it('without Redis sends are acknowledged, what others wrote arrives within 2 s, and people log in', async () => {
    const reader = await SocketClient.connect(bob);
    await reader.subscribe(rooms.b);
    await cluster.node('redis').kill();
    const delays: number[] = [];
    for (let index = 0; index < 5; index++) {
      const { seq } = await post(rooms.b, `without Redis ${String(index)}`);
      const ackedMs = performance.now();
      await eventually(() => expect(reader.events.at(-1)?.seq).toBe(seq), { timeoutMs: 15_000 });
      delays.push(Math.round(performance.now() - ackedMs));
    }
    process.stdout.write(`without Redis events arrived ${delays.join(', ')} ms after their acknowledgement\n`);
    expect(Math.max(...delays)).toBeLessThan(POLLED_WITHIN_MS);
    expect(await textsOf(rooms.b)).toContain('without Redis 4');
    const { username } = bob.credentials ?? { username: '' };
    expect(await new RestClient(bob.url).call('POST', '/auth/login', { username, password: 'correct horse battery' })).toMatchObject({ status: 200 });

    await whole('redis');
    expect(reader.socket.connected).toBe(true);
    const seqs = reader.events.filter(({ roomId }) => roomId === rooms.b).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    // Announced again, not polled for: the other way is too slow for this.
    await eventually(
      async () => {
        const { seq } = await post(rooms.b, 'announced');
        await eventually(() => expect(reader.events.at(-1)?.seq).toBe(seq), { timeoutMs: 500 });
      },
      { timeoutMs: RECOVERED_WITHIN_MS },
    );
    reader.close();
  });

  it('without the database of some rooms those of the others go on', async () => {
    const reader = await SocketClient.connect(bob);
    await reader.subscribe(rooms.a);
    await cluster.node('postgres-b').kill();

    const refused = failureOf(post(rooms.b, 'to a database that is away'));
    const startedMs = performance.now();
    for (let index = 0; index < 20; index++) {
      const { seq } = await post(rooms.a, `goes on ${String(index)}`);
      await eventually(() => expect(reader.events.at(-1)?.seq).toBe(seq), { timeoutMs: 2_000 });
    }
    process.stdout.write(`without one database 20 messages in another's room took ${String(Math.round(performance.now() - startedMs))} ms\n`);
    expect(await textsOf(rooms.a)).toContain('goes on 19');
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain((await refused).code);
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain((await failureOf(textsOf(rooms.b))).code);

    // Lists say what is missing; a stream over all rooms brings those that are there.
    const listed = (await bob.call('GET', '/rooms?limit=100')).body as { items: { roomId: string }[]; incomplete?: true };
    expect([listed.incomplete, listed.items.map(({ roomId }) => roomId)]).toEqual([true, expect.arrayContaining([rooms.a])]);
    expect((await bob.call('GET', '/search?q=goes')).body).toMatchObject({ incomplete: true, items: expect.arrayContaining([expect.anything()]) as unknown });

    // Every process is of use again that starts meanwhile.
    for (const name of cluster.apps) {
      await cluster.node(name).kill();
      await cluster.node(name).restart();
    }
    await eventually(() => post(rooms.a, 'by those that started anew'), { timeoutMs: RECOVERED_WITHIN_MS, intervalMs: 200 });
    const reads = async (person: typeof alice): Promise<void> => expect(await textsOf(rooms.a, person)).toContain('by those that started anew');
    for (const person of [alice, bob]) await eventually(() => reads(person), { timeoutMs: RECOVERED_WITHIN_MS, intervalMs: 200 });
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain((await failureOf(textsOf(rooms.b))).code);

    await whole('postgres-b');
    expect((await bob.call('GET', '/rooms?limit=100')).body).not.toHaveProperty('incomplete');
    expect((await textsOf(rooms.b)).filter((text) => text === 'to a database that is away').length).toBeLessThanOrEqual(1);
    reader.close();
  });

  it('without the directory posts, live delivery and history of known sessions go on, and nobody is logged out', async () => {
    const [writer, reader] = [await SocketClient.connect(alice), await SocketClient.connect(bob)];
    await reader.subscribe(rooms.a);
    await cluster.node('postgres').kill();

    for (let index = 0; index < 20; index++) {
      const { seq } = await post(rooms.a, `without a directory ${String(index)}`);
      await eventually(() => expect(reader.events.at(-1)?.seq).toBe(seq), { timeoutMs: 2_000 });
    }
    expect(await writer.call('message.post', { roomId: rooms.b, clientMsgId: randomUUID(), text: 'over a socket' })).toMatchObject({ ok: true });
    expect(await textsOf(rooms.a)).toContain('without a directory 19');
    const login = new RestClient(alice.url).call('POST', '/auth/login', { username: 'whoever', password: 'correct horse battery' });
    expect(['UNAVAILABLE', 'TIMEOUT']).toContain((await failureOf(login)).code);
    expect([writer.socket.connected, reader.socket.connected]).toEqual([true, true]);

    await whole('postgres');
    expect([writer.socket.connected, reader.socket.connected]).toEqual([true, true]);
    for (const socket of [writer, reader]) socket.close();
  });
});
