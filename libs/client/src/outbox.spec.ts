import { AgentChatError } from './errors';
import { processLocks, type RunLocked } from './locks';
import { Outbox, type LocalMessage } from './outbox';
import { OutboxStore, type OutboxEntry } from './outbox-store';
import { memoryStorage, type ClientStorage } from './storage';
import { SteeredEnvironment, settle } from './testing/steered-environment';
import { type Posted } from './types';

const DAY_MS = 86_400_000;

interface Options {
  storage?: ClientStorage;
  lock?: RunLocked;
  environment?: SteeredEnvironment;
  prefix?: string;
}

/** An outbox whose server is played by the test: each post waits for `answer`. */
function openOutbox({ storage = memoryStorage(), lock = processLocks(), environment = new SteeredEnvironment(), prefix = 'a' }: Options = {}) {
  const posts: { entry: OutboxEntry; resolve: (posted: Posted) => void; reject: (error: AgentChatError) => void }[] = [];
  const errors: AgentChatError[] = [];
  const onError = (error: AgentChatError) => errors.push(error);
  let keys = -1;
  const outbox = new Outbox({
    store: new OutboxStore('outbox', storage, lock, onError),
    environment: { nowMs: environment.nowMs, after: environment.after, random: environment.random, newKey: () => `${prefix}${++keys}` },
    lock,
    name: 'outbox',
    post: (entry) => new Promise((resolve, reject) => posts.push({ entry, resolve, reject })),
    onError,
  });
  let seq = 0;
  const answer = async () => {
    const post = posts.at(-1)!;
    post.resolve({ messageId: `m-${post.entry.clientMsgId}`, seq: ++seq, epoch: 1, committedAt: '2026-03-01T00:00:00.000Z', duplicate: false });
    await environment.advance(0);
  };
  const refuse = async (code: string) => {
    posts.at(-1)!.reject(new AgentChatError(code));
    await environment.advance(0);
  };
  const texts = () => posts.map(({ entry }) => entry.text);
  return { outbox, posts, errors, answer, refuse, texts, environment, storage, lock };
}

const outcome = (message: LocalMessage) =>
  message.stored.then(
    ({ messageId }) => messageId,
    (error: unknown) => AgentChatError.from(error).code,
  );

describe('an outbox', () => {
  it('keeps one message of a room in flight, in the order of writing, and rooms apart', async () => {
    const { outbox, texts, answer, environment } = openOutbox();
    outbox.add('r-1', { text: 'one' });
    const second = outbox.add('r-1', { text: 'two' });
    await environment.advance(0);
    expect(texts()).toEqual(['one']);
    outbox.add('r-2', { text: 'elsewhere' });
    await environment.advance(0);
    expect(texts()).toEqual(['one', 'elsewhere']);
    await answer();
    outbox.settle('a1', { messageId: 'm-1', seq: 1, epoch: 1, committedAt: '', duplicate: false });
    await environment.advance(0);
    expect(texts()).toEqual(['one', 'elsewhere', 'two']);
    await answer();
    expect(await outcome(second)).toBe('m-a2');
    expect(outbox.of('r-1')).toEqual([]);
  });

  it('sends again with the same key after a lost answer, later each time', async () => {
    const { outbox, posts, refuse, answer, environment } = openOutbox();
    const message = outbox.add('r-1', { text: 'one' });
    await environment.advance(0);
    await refuse('TIMEOUT');
    expect(environment.pendingMs).toEqual([250]);
    await environment.advance(250);
    await refuse('UNAVAILABLE');
    expect(environment.pendingMs).toEqual([500]);
    await environment.advance(500);
    await answer();
    expect(posts.map(({ entry }) => entry.clientMsgId)).toEqual(['a1', 'a1', 'a1']);
    expect(await outcome(message)).toBe('m-a1');
  });

  it('sends nothing to a room before the time that the server named, whatever is written meanwhile, then everything once and in order', async () => {
    const { outbox, posts, texts, answer, environment } = openOutbox();
    outbox.add('r-1', { text: 'one' });
    await environment.advance(0);
    posts[0]!.reject(new AgentChatError('UNAVAILABLE', { retryable: true, retryAfterMs: 1_000 }));
    await environment.advance(0);
    outbox.add('r-1', { text: 'two' });
    outbox.add('r-2', { text: 'elsewhere' });
    await environment.advance(999);
    expect(texts()).toEqual(['one', 'elsewhere']);
    await answer();
    await environment.advance(251);
    await answer();
    await answer();

    expect(texts()).toEqual(['one', 'elsewhere', 'one', 'two']);
    expect(posts.map(({ entry }) => entry.clientMsgId)).toEqual(['a1', 'a3', 'a1', 'a2']);
    expect([outbox.of('r-1'), outbox.of('r-2')]).toEqual([[], []]);
  });

  it('sends what waits for the time that the server named once it is connected anew', async () => {
    const { outbox, posts, texts, environment } = openOutbox();
    outbox.add('r-1', { text: 'one' });
    await environment.advance(0);
    posts[0]!.reject(new AgentChatError('UNAVAILABLE', { retryable: true, retryAfterMs: 60_000 }));
    await environment.advance(0);
    outbox.wake();
    await environment.advance(0);

    expect(texts()).toEqual(['one', 'one']);
  });

  it('shows a refusal, sends the next one, and sends the refused one again only when asked to', async () => {
    const { outbox, texts, refuse, answer, environment } = openOutbox();
    const refused = outbox.add('r-1', { text: 'one' });
    outbox.add('r-1', { text: 'two' });
    await environment.advance(0);
    await refuse('MUTED');
    expect(await outcome(refused)).toBe('MUTED');
    expect(outbox.of('r-1')[0]).toMatchObject({ text: 'one', state: 'failed', error: { code: 'MUTED' } });
    await answer();
    await environment.advance(60_000);
    expect(texts()).toEqual(['one', 'two']);
    await outbox.retry(refused.clientMsgId);
    await environment.advance(0);
    expect(texts()).toEqual(['one', 'two', 'one']);
    await answer();
    expect(outbox.of('r-1')).toEqual([]);
  });

  it('waits, and does not fail, while nobody is signed in', async () => {
    const { outbox, refuse, texts, environment } = openOutbox();
    outbox.add('r-1', { text: 'one' });
    await environment.advance(0);
    await refuse('SIGNED_OUT');
    expect(outbox.of('r-1')[0]?.state).toBe('pending');
    outbox.wake();
    await environment.advance(0);
    expect(texts()).toEqual(['one', 'one']);
  });

  it('sends after a reload what was not sent before it, with its key', async () => {
    const before = openOutbox();
    before.outbox.add('r-1', { text: 'one' });
    await before.environment.advance(0);
    before.outbox.close();
    const after = openOutbox({ storage: before.storage, prefix: 'b' });
    await after.outbox.load();
    await after.environment.advance(0);
    expect(after.posts.map(({ entry }) => entry.clientMsgId)).toEqual(['a1']);
    await after.answer();
    expect(after.outbox.of('r-1')).toEqual([]);
  });

  it('asks before it sends what is older than 6 days, since the server forgets keys after 7', async () => {
    const before = openOutbox();
    before.outbox.add('r-1', { text: 'old' });
    await before.environment.advance(6 * DAY_MS + 1);
    before.outbox.close();
    const after = openOutbox({ storage: before.storage, environment: before.environment, prefix: 'b' });
    await after.outbox.load();
    await after.environment.advance(0);
    expect(after.texts()).toEqual([]);
    expect(after.outbox.of('r-1')[0]?.state).toBe('needs-confirmation');
    await after.outbox.retry('a1');
    await after.environment.advance(0);
    expect(after.posts.map(({ entry }) => entry.clientMsgId)).toEqual(['a1']);
  });

  it('takes turns with another tab: each message is sent by one of them, in order', async () => {
    const first = openOutbox();
    const second = openOutbox({ storage: first.storage, lock: first.lock, environment: first.environment, prefix: 'b' });
    const one = first.outbox.add('r-1', { text: 'one' });
    await settle();
    const two = second.outbox.add('r-1', { text: 'two' });
    await first.environment.advance(0);
    expect([...first.texts(), ...second.texts()]).toEqual(['one']);
    await first.answer();
    expect([...first.texts(), ...second.texts()]).toEqual(['one', 'two']);
    await first.answer();
    expect([await outcome(one), await outcome(two)]).toEqual(['m-a1', 'm-b1']);
    await first.environment.advance(0);
    expect(await first.storage.get('outbox')).toBeUndefined();
  });

  it('says so when another tab, which had the turn, was refused', async () => {
    const shared = { storage: memoryStorage(), lock: processLocks(), environment: new SteeredEnvironment() };
    const [one, two] = [openOutbox({ ...shared, prefix: 'a' }), openOutbox({ ...shared, prefix: 'b' })];
    one.outbox.add('r-1', { text: 'first' });
    const message = two.outbox.add('r-1', { text: 'second' });
    await shared.environment.advance(0);
    await one.answer();
    await one.refuse('FORBIDDEN');
    expect(two.posts).toEqual([]);
    expect(await outcome(message)).toBe('FORBIDDEN');
    expect(two.outbox.of('r-1')).toMatchObject([{ text: 'second', state: 'failed', error: { code: 'FORBIDDEN' } }]);
  });

  it('stores again, and sends in the order of writing, what another tab has overwritten without having seen it', async () => {
    const { outbox, texts, answer, refuse, environment, storage } = openOutbox();
    outbox.add('r-1', { text: 'one' });
    outbox.add('r-1', { text: 'two' });
    await environment.advance(0);
    const entries = JSON.parse((await storage.get('outbox'))!) as OutboxEntry[];
    const other: OutboxEntry = { ...entries[0]!, clientMsgId: 'b0', text: 'of another tab', owner: 'b' };
    await storage.set('outbox', JSON.stringify([other, entries[1]]));
    await refuse('UNAVAILABLE');
    await environment.advance(250);
    expect(JSON.parse((await storage.get('outbox'))!)).toEqual([other, ...entries]);
    await answer();
    await answer();
    await answer();
    expect(texts()).toEqual(['one', 'of another tab', 'one', 'two']);
    expect(outbox.of('r-1')).toEqual([]);
  });

  it('goes on without a storage that is full', async () => {
    const storage: ClientStorage = {
      get: () => undefined,
      set: () => {
        throw new Error('quota');
      },
      remove: () => undefined,
    };
    const { outbox, texts, errors, answer, environment } = openOutbox({ storage });
    const message = outbox.add('r-1', { text: 'one' });
    await environment.advance(0);
    expect(texts()).toEqual(['one']);
    await answer();
    expect(await outcome(message)).toBe('m-a1');
    expect(errors[0]?.message).toBe('quota');
  });

  it('forgets what is discarded', async () => {
    const { outbox, refuse, environment, storage } = openOutbox();
    const message = outbox.add('r-1', { text: 'one' });
    await environment.advance(0);
    await refuse('MUTED');
    await outbox.discard(message.clientMsgId);
    expect(outbox.of('r-1')).toEqual([]);
    expect(await storage.get('outbox')).toBeUndefined();
  });
});
