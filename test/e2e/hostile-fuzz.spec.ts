import { CLIENT_CALLS, type ClientCall } from '@agent-chat/contracts';
import { ERRORS } from '@agent-chat/kernel';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { RawSocket } from '../support/raw-socket';
import { RestClient } from '../support/rest-client';
import { startSystem } from '../support/start-system';
import { type TestedSystem } from '../support/tested-system';

const RUNS = 1_500;

jest.setTimeout(180_000);

describe('whatever a socket calls with', () => {
  let system: TestedSystem;
  let alice: RestClient;
  let socket: RawSocket;
  /** For each field of any call, values that may do. */
  let candidates: Readonly<Record<string, readonly unknown[]>>;

  beforeAll(async () => {
    system = await startSystem();
    alice = await RestClient.register(system.url, 'alice');
    const mallory = await RestClient.register(system.url, 'mallory');
    const own = await alice.createRoom({ kind: 'private', name: 'own' });
    const foreign = await mallory.createRoom({ kind: 'private', name: 'foreign' });
    const { body } = await alice.call('POST', `/rooms/${own.roomId}/messages`, { clientMsgId: 'first', text: 'first' });
    const { messageId } = body as { messageId: string };
    const rooms = [own.roomId, own.roomId.toUpperCase(), foreign.roomId, randomUUID(), 'none'];
    const cursors = ['1.0', '1.2', '1.999999', '0.1', '9.9', 'garbage'];
    candidates = {
      roomId: rooms,
      roomIds: [rooms, rooms.slice(0, 3), []],
      rooms: rooms.flatMap((roomId) => [[{ roomId }], ...cursors.map((cursor) => [{ roomId, cursor }, { roomId }])]),
      after: cursors,
      cursor: cursors,
      messageId: [messageId, randomUUID(), own.roomId, 'none'],
      replyTo: [messageId, randomUUID()],
      clientMsgId: ['first', 'again', 'x'.repeat(65), ''],
      key: ['first', 'again', '..', 'é'],
      text: ['first', 'text', '\0', '\ud800', ' ', '<@room>', '🦓'.repeat(8_001)],
      emoji: ['👍', ':a:', 'a', ''],
      seq: [0, 1, 2, -1, 1.5, Number.MAX_SAFE_INTEGER, 1e300],
      limit: [1, 500, 0, 501],
      userIds: [[alice.userId], [mallory.userId, randomUUID()], Array.from({ length: 201 }, () => randomUUID())],
      token: [alice.credentials?.accessToken, mallory.credentials?.accessToken, 'a.b.c'],
      status: ['online', 'away', 'gone'],
    };
    socket = await RawSocket.connect(alice);
  });
  afterAll(async () => {
    socket.end();
    await system.remove();
  });

  const bodyOf = (call: ClientCall): fc.Arbitrary<unknown> => {
    const fields = Object.keys(CLIENT_CALLS[call].shape).map((field) => {
      const valid = fc.constantFrom(...(candidates[field] ?? [true, false]));
      return [field, fc.oneof({ weight: 6, arbitrary: valid }, { weight: 1, arbitrary: fc.jsonValue() })] as const;
    });
    const record = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
    return fc.oneof({ weight: 8, arbitrary: record }, { weight: 1, arbitrary: fc.jsonValue() });
  };

  it('is answered from the catalogue, and never with INTERNAL', async () => {
    const calls = Object.keys(CLIENT_CALLS) as ClientCall[];
    const codes = new Set<string>();
    const anyCall = fc.constantFrom(...calls).chain((call) => fc.tuple(fc.constant(call), bodyOf(call)));
    await fc.assert(
      fc.asyncProperty(anyCall, async ([call, body]) => {
        const answer = await socket.call(call, JSON.stringify(body));
        codes.add(answer.error?.code ?? 'ok');
        if (answer.ok) return;
        expect(Object.keys(ERRORS)).toContain(answer.error?.code);
        expect(answer.error).toMatchObject({ message: expect.any(String) as string, retryable: expect.any(Boolean) as boolean });
        expect(['INTERNAL', 'TIMEOUT', 'UNAVAILABLE']).not.toContain(answer.error?.code);
      }),
      { numRuns: RUNS },
    );
    // It got past the schemas, too.
    for (const code of ['ok', 'VALIDATION_FAILED', 'ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND']) expect(codes).toContain(code);
    expect(socket.isClosed).toBe(false);
    expect(system.printed).not.toMatch(/"level":"(error|fatal)"/);
  });
});
