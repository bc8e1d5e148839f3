import { readOrigin, type CommandAnswer, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { type EventLog, type LogRecord, type RecordPosition } from '@agent-chat/event-log';
import { AppError, newId, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { CommandAdmission } from './command-admission';
import { type CommandCall } from './command-sender';
import { COMMAND_DEADLINE_MS, ENQUIRE_AFTER_MS, LogCommandSender } from './log-command-sender';

type Outcome = QueryAnswer<'command.outcome'>['outcomes'][number];

const gatewayId = newId<GatewayId>();
const roomId = newId<RoomId>();

function call(text = 'hello', key = newId()): CommandCall<'message.post'> {
  return { type: 'message.post', roomId, actorId: newId<UserId>(), key, data: { messageId: newId<MessageId>(), text } };
}

function okAnswer(requestId: string, seq: number): CommandAnswer {
  return { requestId, ok: true, result: { seq, epoch: 1, committedAt: '2026-01-01T00:00:00.000Z', duplicate: false, changed: true } };
}

/** A sender between a log and an owner that do as told. */
function setUp() {
  const log = {
    appends: [] as (readonly LogRecord[])[],
    respond: (records: readonly LogRecord[]): Promise<RecordPosition[]> =>
      Promise.resolve(records.map((_, index) => ({ partition: 0, offset: log.written() - records.length + index }))),
    written: (): number => log.appends.reduce((sum, records) => sum + records.length, 0),
    requestIds: (): string[] => log.appends.flat().map((record) => readOrigin(record)?.requestId ?? ''),
  };
  const asked: QueryInput<'command.outcome'>['calls'] = [];
  const owner = { answer: ({ requestId }: { requestId: string }): Outcome => ({ requestId, status: 'pending' }) };
  const queries = new InMemoryQueryBus();
  queries.answer('command.outcome', ({ calls }) => {
    asked.push(...calls);
    return Promise.resolve({ outcomes: calls.map((asking) => owner.answer(asking)) });
  });
  const eventLog = {
    partitionCount: 64,
    append: (_topic: string, records: readonly LogRecord[]) => {
      log.appends.push(records);
      return log.respond(records);
    },
  } as unknown as EventLog;
  return {
    log,
    asked,
    owner,
    sender: new LogCommandSender(eventLog, queries, gatewayId, new CommandAdmission(64, { maxOpenCalls: 100, targetMs: 250, freeCalls: 0 })),
  };
}

/** What a call came to, as far as it has come. */
function follow(sending: Promise<{ seq: number }>): { outcome: number | string | undefined } {
  const followed: { outcome: number | string | undefined } = { outcome: undefined };
  void sending.then(
    ({ seq }) => (followed.outcome = seq),
    (error: unknown) => (followed.outcome = AppError.from(error).code),
  );
  return followed;
}

describe('LogCommandSender', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('gives each call a requestId of its own and drops an answer that it does not wait for (P2)', async () => {
    const { log, sender } = setUp();
    const [one, two] = [follow(sender.send(call('a', 'same'))), follow(sender.send(call('a', 'same')))];
    await pass(1);
    const [first, second] = log.requestIds();
    expect(first).not.toBe(second);

    sender.receive([okAnswer(newId(), 99), okAnswer(second!, 7)]);
    sender.receive([okAnswer(second!, 8)]);
    await pass(0);

    expect([one.outcome, two.outcome]).toEqual([undefined, 7]);
  });

  it('fails at once with UNAVAILABLE when nothing was written (P21)', async () => {
    const { log, asked, sender } = setUp();
    log.respond = () => Promise.reject(new AppError('LOG_UNAVAILABLE'));
    const sent = follow(sender.send(call()));
    await pass(ENQUIRE_AFTER_MS * 4);

    expect(sent.outcome).toBe('UNAVAILABLE');
    expect(asked).toEqual([]);
  });

  it('asks the owner about a call that may have been written, and never calls it UNAVAILABLE (P21, P22)', async () => {
    const { log, asked, sender } = setUp();
    log.respond = () => Promise.reject(new AppError('LOG_UNCERTAIN'));
    const sent = follow(sender.send(call()));
    await pass(COMMAND_DEADLINE_MS - 500);
    expect(sent.outcome).toBeUndefined();
    expect(asked[0]).not.toHaveProperty('offset');
    await pass(1_000);

    expect(sent.outcome).toBe('TIMEOUT');
  });

  it('asks after 500 ms and then each 500 ms, naming key, requestId and offset, until it is answered (P22)', async () => {
    const { log, asked, owner, sender } = setUp();
    const sent = follow(sender.send(call('a', 'my-key')));
    await pass(499);
    expect(asked).toEqual([]);
    // Looked for each 250 ms.
    await pass(251);
    expect(asked).toHaveLength(1);
    await pass(500);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({ key: 'my-key', requestId: log.requestIds()[0], offset: 0, roomId });
    owner.answer = ({ requestId }) => ({ requestId, status: 'answered', answer: okAnswer(requestId, 5) });
    await pass(ENQUIRE_AFTER_MS * 2);

    expect(sent.outcome).toBe(5);
  });

  it('appends a call that is gone again under the same key and a new requestId, and heeds only the new one (P22)', async () => {
    const { log, owner, sender } = setUp();
    owner.answer = ({ requestId }) => ({ requestId, status: 'gone' });
    const sent = follow(sender.send(call('a', 'my-key')));
    await pass(ENQUIRE_AFTER_MS + 300);
    owner.answer = ({ requestId }) => ({ requestId, status: 'pending' });
    const [first, second] = log.requestIds();
    expect(log.appends.flat().map((record) => [readOrigin(record)?.key, record.value])).toEqual([
      ['my-key', log.appends[0]![0]!.value],
      ['my-key', log.appends[0]![0]!.value],
    ]);
    sender.receive([okAnswer(first!, 1)]);
    await pass(0);
    expect(sent.outcome).toBeUndefined();
    sender.receive([okAnswer(second!, 2)]);
    await pass(0);

    expect(sent.outcome).toBe(2);
  });

  it('names no offset of a call that it appends again before the log has told it: the one before says nothing of it (P22)', async () => {
    const { log, asked, owner, sender } = setUp();
    owner.answer = ({ requestId }) => ({ requestId, status: 'gone' });
    void follow(sender.send(call()));
    await pass(100);
    log.respond = () => new Promise(() => undefined);
    owner.answer = ({ requestId }) => ({ requestId, status: asked.length === 1 ? 'gone' : 'pending' });
    await pass(ENQUIRE_AFTER_MS * 4);

    expect(asked.length).toBeGreaterThan(1);
    expect(asked[0]).toMatchObject({ offset: 0 });
    for (const again of asked.slice(1)) expect(again).not.toHaveProperty('offset');
    expect(log.written()).toBe(2);
  });

  it('never calls UNAVAILABLE what was written once, although its second append was refused (P22)', async () => {
    const { log, owner, sender } = setUp();
    owner.answer = ({ requestId }) => ({ requestId, status: 'gone' });
    const sent = follow(sender.send(call()));
    await pass(100);
    log.respond = () => Promise.reject(new AppError('LOG_UNAVAILABLE'));
    await pass(COMMAND_DEADLINE_MS - 600);
    owner.answer = ({ requestId }) => ({ requestId, status: 'pending' });
    expect(sent.outcome).toBeUndefined();
    await pass(1_000);

    expect(sent.outcome).toBe('TIMEOUT');
  });

  it('keeps asking when the owner cannot be asked (P22)', async () => {
    const { owner, sender } = setUp();
    owner.answer = () => {
      throw new AppError('UNAVAILABLE');
    };
    const sent = follow(sender.send(call()));
    await pass(ENQUIRE_AFTER_MS * 4);
    owner.answer = ({ requestId }) => ({ requestId, status: 'answered', answer: { requestId, ok: false, error: new AppError('MUTED').toBody() } });
    await pass(ENQUIRE_AFTER_MS * 3);

    expect(sent.outcome).toBe('MUTED');
  });

  it('asks and gives up in time although the clock of the machine is set back', async () => {
    const { asked, sender } = setUp();
    const sent = follow(sender.send(call()));
    jest.setSystemTime(0);
    await pass(ENQUIRE_AFTER_MS * 2);
    expect(asked.length).toBeGreaterThan(0);
    await pass(COMMAND_DEADLINE_MS);

    expect(sent.outcome).toBe('TIMEOUT');
  });

  it('appends in the order of the calls, each by itself: a call fails only where its own append does (P21)', async () => {
    const { log, sender } = setUp();
    const respond = log.respond;
    log.respond = (records) => (log.appends.length === 2 ? Promise.reject(new AppError('LOG_UNAVAILABLE')) : respond(records));
    const calls = ['one', 'two', 'three'].map((text) => follow(sender.send(call(text))));
    await pass(1);

    expect(log.appends.flat().map(({ value }) => (JSON.parse(value) as { text: string }).text)).toEqual(['one', 'two', 'three']);
    expect(calls.map(({ outcome }) => outcome)).toEqual([undefined, 'UNAVAILABLE', undefined]);
  });

  it('refuses calls beyond what may wait, and all once it drains, which ends when each has its answer', async () => {
    const { log, sender } = setUp();
    log.respond = () => new Promise(() => undefined);
    const calls = Array.from({ length: 100 }, () => follow(sender.send(call())));
    await pass(1);
    // A third, since all are of one room: there is place for others yet.
    expect(log.written()).toBe(34);
    expect(calls.slice(34).every(({ outcome }) => outcome === 'UNAVAILABLE')).toBe(true);
    await expect(sender.send(call())).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
    let isDrained = false;
    void sender.drain().then(() => (isDrained = true));
    await pass(100);
    expect(isDrained).toBe(false);
    await expect(sender.send(call())).rejects.toMatchObject({ code: 'DRAINING' });
    sender.receive(log.requestIds().map((requestId, index) => okAnswer(requestId, index)));
    await pass(100);

    expect(isDrained).toBe(true);
  });
});
