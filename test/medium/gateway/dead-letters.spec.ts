import { COMMANDS_DEAD_LETTER_TOPIC, COMMANDS_TOPIC, type DeadLetter, type DeadLetterDetails, encodeCommand } from '@agent-chat/contracts';
import { Database } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { JobQueue } from '@agent-chat/job-queue';
import { type GatewayId, newId, type MessageId, type RequestId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { RestClient, type RestFailure } from '../../support/rest-client';
import { startWholeApp, type WholeApp } from '../../support/whole-app';

const PATIENCE = { timeoutMs: 20_000 };

describe('dead letters', () => {
  let app: WholeApp;
  let ann: RestClient;
  let operator: RestClient;

  beforeAll(async () => {
    app = await startWholeApp('dead_letters', { OPERATORS: 'root-of-all' });
    ann = await RestClient.register(app.url, 'ann');
    const { body } = await new RestClient(app.url).call('POST', '/auth/register', { username: 'root-of-all', password: 'correct horse battery' });
    const { user, ...tokens } = body as { user: { userId: string }; accessToken: string; refreshToken: string };
    operator = new RestClient(app.url, { ...tokens, userId: user.userId, username: 'root-of-all' });
  });
  afterAll(() => app.close());

  const sql = (text: string, parameters: unknown[] = []) => app.app.get(Database, { strict: false }).directory().query(text, parameters);
  const list = async (query: string): Promise<DeadLetter[]> => {
    const { body } = await operator.call('GET', `/operations/dead-letters?${query}`);
    return (body as { items: DeadLetter[] }).items;
  };
  const waiting = (query: string, count: number): Promise<DeadLetter[]> =>
    eventually(async () => {
      const found = await list(query);
      expect(found).toHaveLength(count);
      return found;
    }, PATIENCE);
  const get = async (id: string): Promise<DeadLetterDetails> => (await operator.call('GET', `/operations/dead-letters/${id}`)).body as DeadLetterDetails;
  const act = async (id: string, what: 'replay' | 'discard', key?: string): Promise<DeadLetter> =>
    (await operator.call('POST', `/operations/dead-letters/${id}/${what}`, undefined, key === undefined ? {} : { 'idempotency-key': key })).body as DeadLetter;
  const codeOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'none',
      (error: unknown) => (error as RestFailure).code,
    );
  /** As a gateway does, but without its checks. */
  const append = async (roomId: string, data: unknown): Promise<string> => {
    const key = newId<string>();
    const origin = { actorId: ann.userId as UserId, key, requestId: newId<RequestId>(), gatewayId: newId<GatewayId>() };
    const record = encodeCommand({ ...origin, type: 'message.post', roomId: roomId as RoomId, data: data as never });
    await app.app.get(EventLog, { strict: false }).append(COMMANDS_TOPIC, [record]);
    return key;
  };
  const textsIn = async (roomId: string): Promise<unknown[]> =>
    (await ann.log(roomId)).filter(({ type }) => type === 'message.posted').map(({ data }) => data?.['text']);

  it('are for operators only', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/job.k.1'],
      ['POST', '/job.k.1/replay'],
      ['POST', '/job.k.1/discard'],
    ] as const) {
      expect(await codeOf(ann.call(method, `/operations/dead-letters${path}`))).toBe('FORBIDDEN');
      expect(await codeOf(new RestClient(app.url).call(method, `/operations/dead-letters${path}`))).toBe('UNAUTHENTICATED');
    }
  });

  it.each(['nonsense', 'command.nonsense', 'event.search.1', 'event.search.999999.1', 'event.search.1.1', 'job.', 'job.k', 'job.k.1'])(
    'know none by the name of %s',
    async (id) => {
      expect(await codeOf(get(id))).toBe('NOT_FOUND');
      expect(await codeOf(act(id, 'replay'))).toBe('NOT_FOUND');
      expect(await codeOf(act(id, 'discard'))).toBe('NOT_FOUND');
    },
  );

  it('show a command that cannot be decoded; replayed, it comes back as another; discarded, it is gone', async () => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'broken' });
    const key = await append(roomId, { text: 5, odd: 'nul \0 and half \uD800' });
    const [letter] = await waiting('kind=command', 1);
    expect(letter).toMatchObject({ kind: 'command', source: 'message.post', state: 'waiting', error: expect.stringContaining('; text: ') });
    expect(await get(letter!.id)).toMatchObject({ letter, content: { key: roomId, headers: { key, actor: ann.userId } }, deeds: [] });

    expect(await act(letter!.id, 'replay')).toEqual({ ...letter, state: 'replayed' });
    const [again] = await eventually(async () => {
      const found = await list('kind=command');
      expect(found.map(({ id }) => id)).toEqual([expect.not.stringContaining(letter!.id)]);
      return found;
    }, PATIENCE);
    expect((await get(again!.id)).content).toMatchObject({ key: roomId, headers: { key } });
    expect(await act(again!.id, 'discard')).toEqual({ ...again, state: 'discarded' });
    expect(await list('kind=command')).toEqual([]);
    const gone = await get(again!.id);
    expect(gone).toMatchObject({
      letter: { id: again!.id, state: 'discarded' },
      deeds: [{ act: 'discard', actorId: operator.userId, doneAt: expect.any(String) }],
    });
    expect(gone.content).toBeUndefined();
  });

  it('show a command once however often it was put away, and not again when it is settled', async () => {
    const log = app.app.get(EventLog, { strict: false });
    const putAway = (offset: number) => {
      const headers = { type: 'message.post', 'x-partition': '3', 'x-offset': String(offset), 'x-appended-at': '1700000000000', 'x-error': 'nul \0' };
      return log.append(COMMANDS_DEAD_LETTER_TOPIC, [{ key: 'no room', value: '{', headers }]);
    };
    await putAway(1_000_001);
    await putAway(1_000_001);
    await putAway(1_000_002);
    const letters = await waiting('kind=command', 2);
    for (const { id } of letters) await act(id, 'discard');
    await putAway(1_000_001);
    await putAway(1_000_003);

    const [last] = await waiting('kind=command', 1);
    expect(letters.map(({ id }) => id)).not.toContain(last!.id);
    await act(last!.id, 'discard');
  });

  it('replay a command once the cause is gone: it is stored, and once however often it is replayed', async () => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'refused' });
    await sql(`ALTER TABLE messages ADD CONSTRAINT no_such_text CHECK (text <> 'unlucky') NOT VALID`);
    await append(roomId, { messageId: newId<MessageId>(), text: 'unlucky' });
    const [letter] = await waiting('kind=command&source=message.post', 1);
    await sql('ALTER TABLE messages DROP CONSTRAINT no_such_text');

    const answers = await Promise.all(Array.from({ length: 4 }, () => act(letter!.id, 'replay')));
    expect(answers.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'replayed'));

    await eventually(async () => expect(await textsIn(roomId)).toEqual(['unlucky']), PATIENCE);
    await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'behind', text: 'behind it' });
    expect(await textsIn(roomId)).toEqual(['unlucky', 'behind it']);
    expect(await codeOf(act(letter!.id, 'discard'))).toBe('DEAD_LETTER_SETTLED');
    expect(await list('kind=command')).toEqual([]);
  });

  it.each([
    ['search', 'message_search'],
    ['figures', 'figures_rooms'],
  ])('replay an event to the group %s once the cause is gone, outside its position', async (group, table) => {
    const { roomId } = await ann.createRoom({ kind: 'public', name: group });
    const day = new Date().toISOString().slice(0, 10);
    const found = async (): Promise<number> => {
      if (group === 'search') return ((await ann.call('GET', `/search?q=unfindable&roomId=${roomId}`)).body as { items: unknown[] }).items.length;
      const { body } = await operator.call('GET', `/analytics/days?from=${day}&to=${day}&roomId=${roomId}`);
      return (body as { days: { messages: number }[] }).days[0]!.messages;
    };
    // What made the room has been handled: only what is posted now meets the broken table.
    const rows = 'SELECT 1 FROM figures_rooms WHERE room_id = $1 AND joins > 0';
    await eventually(async () => expect(await sql(rows, [roomId])).not.toEqual([]), PATIENCE);
    await sql(`ALTER TABLE ${table} ADD CONSTRAINT broken CHECK (room_id <> '${roomId}') NOT VALID`);
    await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'a', text: 'unfindable' });
    const [letter] = await waiting(`kind=event&source=${group}`, 1);
    expect(letter).toMatchObject({ source: group, state: 'waiting', event: { roomId, type: 'message.posted' } });

    // Still broken: it is tried, and waits again.
    expect(await act(letter!.id, 'replay', `${group}-1`)).toEqual({ ...letter, state: 'replaying' });
    await eventually(async () => {
      const { letter: now } = await get(letter!.id);
      expect(now.state).toBe('waiting');
      expect(now.failedAt > letter!.failedAt).toBe(true);
    }, PATIENCE);
    expect(await found()).toBe(0);
    await sql(`ALTER TABLE ${table} DROP CONSTRAINT broken`);
    await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'b', text: 'beyond it' });
    await act(letter!.id, 'replay', `${group}-2`);

    await eventually(async () => expect((await get(letter!.id)).letter.state).toBe('replayed'), PATIENCE);
    await eventually(async () => expect(await found()).toBe(group === 'search' ? 1 : 2), PATIENCE);
    expect((await get(letter!.id)).deeds).toHaveLength(2);
    expect(await list('kind=event')).toEqual([]);
  });

  it('discard an event', async () => {
    const place = ['reader', 3, 1_000_000, newId(), 9, 'message.posted', 'no'];
    await sql('INSERT INTO dead_events (consumer, partition, position, room_id, seq, type, error) VALUES ($1, $2, $3, $4, $5, $6, $7)', place);
    await act('event.reader.3.1000000', 'discard');
    expect(await list('kind=event')).toEqual([]);
    expect((await act('event.reader.3.1000000', 'discard')).state).toBe('discarded');
    expect(await codeOf(act('event.reader.3.1000000', 'replay'))).toBe('DEAD_LETTER_SETTLED');
  });

  it('replay and discard a job, by a key once, and tell who did it', async () => {
    const jobs = app.app.get(JobQueue, { strict: false });
    const seen: unknown[] = [];
    let isBroken = true;
    const handler = ({ data }: { data: unknown }): Promise<void> => {
      seen.push(data);
      return isBroken ? Promise.reject(new Error('out of paper')) : Promise.resolve();
    };
    await jobs.register({ kind: 'test.print', retries: 0, concurrency: 1, handler });
    await jobs.enqueue('test.print', { page: 1 });
    const [letter] = await waiting('kind=job', 1);
    expect(letter).toMatchObject({ kind: 'job', source: 'test.print', error: 'out of paper', attempts: 1, state: 'waiting' });
    expect((await get(letter!.id)).content).toEqual({ page: 1 });

    expect(await act(letter!.id, 'replay', 'once')).toEqual({ ...letter, state: 'replayed' });
    await eventually(() => expect(seen).toHaveLength(2), PATIENCE);
    await waiting('kind=job&source=test.print', 1);
    // The same call again, after it failed once more: it is not a second replay.
    expect(await act(letter!.id, 'replay', 'once')).toEqual({ ...letter, state: 'replayed' });
    expect(await codeOf(act(letter!.id, 'discard', 'once'))).toBe('IDEMPOTENCY_CONFLICT');
    expect(await list('kind=job')).toHaveLength(1);
    isBroken = false;
    await act(letter!.id, 'replay', 'twice');
    await eventually(() => expect(seen).toHaveLength(3), PATIENCE);
    await waiting('kind=job', 0);
    expect((await get(letter!.id)).deeds.map(({ act: what, actorId }) => [what, actorId])).toEqual([
      ['replay', operator.userId],
      ['replay', operator.userId],
    ]);
  });

  it('come page by page, all kinds together, newest first, and none is left out', async () => {
    const jobs = app.app.get(JobQueue, { strict: false });
    for (const kind of ['test.a', 'test.b']) {
      await jobs.register({ kind, retries: 0, concurrency: 5, handler: () => Promise.reject(new Error('no')) });
      await Promise.all(Array.from({ length: 4 }, (_, n) => jobs.enqueue(kind, { n })));
    }
    const { roomId } = await ann.createRoom({ kind: 'public', name: 'pages' });
    for (let i = 0; i < 3; i++) await append(roomId, { text: i });
    // Some failed in the same millisecond.
    for (let i = 0; i < 6; i++) {
      const place = ['reader', i % 2, i, roomId, 9, 'message.posted', 'no', '2026-01-01T00:00:00.123Z'];
      await sql('INSERT INTO dead_events (consumer, partition, position, room_id, seq, type, error, failed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', place);
    }
    const all = await waiting('limit=100', 17);
    const paged: DeadLetter[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { body } = await operator.call('GET', `/operations/dead-letters?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const page = body as { items: DeadLetter[]; next?: string };
      paged.push(...page.items);
      cursor = page.next;
    }
    expect(paged).toEqual(all);
    expect(all.map(({ failedAt }) => failedAt)).toEqual(
      all
        .map(({ failedAt }) => failedAt)
        .sort()
        .reverse(),
    );
    expect(await codeOf(operator.call('GET', '/operations/dead-letters?cursor=nonsense'))).toBe('VALIDATION_FAILED');
    expect(await codeOf(operator.call('GET', '/operations/dead-letters?kind=other'))).toBe('VALIDATION_FAILED');
  });

  it('are counted by kind', async () => {
    const metrics = await (await fetch(`${app.url}/api/metrics`)).text();
    for (const kind of ['command', 'event', 'job']) expect(metrics).toMatch(new RegExp(`agent_chat_dead_letters_total\\{kind="${kind}"\\} [1-9]`));
  });

  it('leave who settled them in the audit trail', async () => {
    const { body } = await operator.call('GET', '/audit?by=operators&limit=100');
    const { items } = body as { items: { type: string; actorId: string; subjectId: string }[] };
    expect(items.filter(({ subjectId }) => subjectId === 'event.reader.3.1000000')).toMatchObject([{ type: 'deadLetter.discard', actorId: operator.userId }]);
    expect(items.filter(({ type, subjectId }) => type === 'deadLetter.replay' && subjectId.startsWith('event.figures.'))).toHaveLength(2);
  });
});
