import fc from 'fast-check';
import { createClient, type AgentChatClient } from './client';
import { memoryStorage } from './storage';
import { type RoomEvent } from './room-events';
import { processLocks } from './locks';
import { ME, ScriptedServer } from './testing/scripted-server';
import { SteeredEnvironment, settle } from './testing/steered-environment';

type PlainStep =
  | 'send'
  | 'other-posts'
  | 'break'
  | 'lose-frame'
  | 'repeat-frame'
  | 'delay-frame'
  | 'lose-answer'
  | 'outage'
  | 'back'
  | 'older'
  | 'newer'
  | 'latest'
  | 'reload'
  | 'settle';
type NumberedStep = 'edit' | 'delete' | 'undelete' | 'react' | 'pass' | 'restore' | 'around';
const CODES = ['UNAVAILABLE', 'TIMEOUT', 'RATE_LIMITED'] as const;

type Step = { do: PlainStep } | { do: NumberedStep; n: number } | { do: 'refuse'; code: (typeof CODES)[number] };

const plain = (weight: number, ...names: PlainStep[]) => ({ weight, arbitrary: fc.constantFrom(...names).map((name): Step => ({ do: name })) });
const numbered = (weight: number, max: number, ...names: NumberedStep[]) => ({
  weight,
  arbitrary: fc.tuple(fc.constantFrom(...names), fc.nat(max)).map(([name, n]): Step => ({ do: name, n })),
});

/** Mostly talk on a live connection, now and then a fault. */
const steps = (...more: { weight: number; arbitrary: fc.Arbitrary<Step> }[]) =>
  fc.array(
    fc.oneof(
      plain(10, 'other-posts'),
      plain(4, 'send'),
      plain(12, 'settle'),
      plain(3, 'lose-frame', 'repeat-frame', 'delay-frame'),
      plain(2, 'break', 'lose-answer'),
      plain(1, 'outage'),
      plain(3, 'back'),
      plain(2, 'older', 'newer', 'latest'),
      numbered(4, 40, 'edit', 'delete', 'undelete', 'react'),
      numbered(1, 40, 'around'),
      numbered(4, 300, 'pass'),
      numbered(1, 20_000, 'pass'),
      { weight: 1, arbitrary: fc.constantFrom(...CODES).map((code): Step => ({ do: 'refuse', code })) },
      ...more,
    ),
    { maxLength: 120, size: 'max' },
  );

/** Its failure is in the snapshot. */
function forget(loading: Promise<void>): void {
  loading.catch(() => undefined);
}

/** A client on a scripted server, with what it has seen. */
class World {
  readonly server = new ScriptedServer();
  readonly environment = new SteeredEnvironment();
  readonly seen: RoomEvent[] = [];
  readonly sent: string[] = [];
  private readonly storage = memoryStorage();
  client: AgentChatClient = this.openClient();

  async start(): Promise<void> {
    for (let at = 0; at < 12; at++) this.server.postAs('u-other', `before ${at}`);
    await this.client.login({ username: 'me', password: 'secret' });
    this.open();
    void this.client.connect().catch(() => undefined);
    await this.environment.advance(1);
  }

  async take(step: Step): Promise<unknown> {
    const { server } = this;
    const { timeline } = this.client.room('r-1');
    // The server refuses to change what is deleted.
    const ids = server.room.messages(ME.userId).flatMap(({ messageId, deletedAt }) => (deletedAt === undefined ? [messageId] : []));
    const pick = (n: number): string | undefined => ids[n % Math.max(1, ids.length)];
    const at = new Date(Date.UTC(2026, 2, 1) + server.room.head * 1_000).toISOString();
    switch (step.do) {
      case 'send':
        this.sent.push(`mine ${this.sent.length}`);
        return void this.client.room('r-1').send({ text: this.sent.at(-1)! });
      case 'other-posts': {
        server.postAs('u-other', `theirs ${server.room.head}`);
        return;
      }
      case 'edit':
        if (pick(step.n) !== undefined)
          server.happen('message.edited', {
            messageId: pick(step.n),
            text: `edited ${server.room.head}`,
            mentions: [],
            editedAt: at,
          });
        return;
      case 'delete':
        if (pick(step.n) !== undefined) server.happen('message.deleted', { messageId: pick(step.n), deletedAt: at });
        return;
      case 'undelete': {
        const deleted = server.room.messages(ME.userId).filter((message) => message.deletedAt !== undefined);
        const again = deleted[step.n % Math.max(1, deleted.length)];
        if (again !== undefined) server.happen('message.restored', { messageId: again.messageId, text: 'restored', mentions: [] });
        return;
      }
      case 'react': {
        this.react(pick(step.n), step.n % 2 === 0 ? ME.userId : 'u-other');
        return;
      }
      case 'break': {
        server.breakLinks();
        return;
      }
      case 'lose-frame':
        server.faults.loseFrame = true;
        return;
      case 'repeat-frame':
        server.faults.repeatFrame = true;
        return;
      case 'delay-frame':
        server.faults.delayFrame = true;
        return;
      case 'lose-answer':
        server.faults.loseAnswer = true;
        return;
      case 'refuse':
        server.faults.refuse = step.code;
        return;
      case 'outage':
        server.isReachable = false;
        {
          server.breakLinks();
          return;
        }
      case 'back':
        server.isReachable = true;
        return;
      case 'older': {
        forget(timeline.loadOlder());
        return;
      }
      case 'newer': {
        forget(timeline.loadNewer());
        return;
      }
      case 'latest': {
        forget(timeline.loadLatest());
        return;
      }
      case 'around': {
        forget(timeline.loadAround(Math.min(step.n, server.room.head)));
        return;
      }
      case 'restore': {
        server.room.restore(step.n);
        return;
      }
      case 'reload':
        return this.reload();
      case 'pass':
        return this.environment.advance(step.n);
      case 'settle':
        return settle();
    }
  }

  /** All is well again, and enough time passes. */
  async heal(): Promise<void> {
    this.server.isReachable = true;
    this.server.faults = {};
    await this.environment.advance(120_000);
    // A frame lost in a quiet room shows with the next one.
    this.server.postAs('u-other', 'the last');
    await this.environment.advance(120_000);
  }

  async loadAll(): Promise<void> {
    const { timeline } = this.client.room('r-1');
    // The window may be elsewhere.
    if (timeline.getSnapshot().hasNewer) await timeline.loadLatest();
    while (timeline.getSnapshot().hasOlder) await timeline.loadOlder();
  }

  private react(messageId: string | undefined, actorId: string): void {
    if (messageId === undefined) return;
    const before = this.server.room
      .messages(actorId)
      .find((message) => message.messageId === messageId)
      ?.reactions.find(({ emoji }) => emoji === '👍');
    const type = before?.mine === true ? 'reaction.removed' : 'reaction.added';
    this.server.happen(type, { messageId, emoji: '👍', count: (before?.count ?? 0) + (before?.mine === true ? -1 : 1) }, actorId);
  }

  private async reload(): Promise<void> {
    await settle();
    this.client.close();
    this.client = this.openClient();
    await this.client.ready();
    this.open();
    void this.client.connect().catch(() => undefined);
  }

  private open(): void {
    const room = this.client.room('r-1');
    room.on('event', (event) => this.seen.push(event));
    room.open();
  }

  private openClient(): AgentChatClient {
    const { environment, server, storage } = this;
    // Its own lock, as a page that is gone holds none.
    return createClient({ url: 'http://server', storage, environment, openTransport: server.open, fetch: server.fetch, pageSize: 5, locks: processLocks() });
  }
}

async function play(script: readonly Step[]): Promise<World> {
  const world = new World();
  await world.start();
  for (const step of script) await world.take(step);
  await world.heal();
  return world;
}

const shown = (world: World) =>
  world.client
    .room('r-1')
    .timeline.getSnapshot()
    .items.map(({ messageId, seq, text, deletedAt, editedAt, reactions, state }) => ({
      messageId,
      seq,
      text,
      deletedAt,
      editedAt,
      reactions: [...reactions],
      state,
    }));

const stored = (world: World) =>
  world.server.room
    .messages(ME.userId)
    .map(({ messageId, seq, text, deletedAt, editedAt, reactions }) => ({ messageId, seq, text, deletedAt, editedAt, reactions, state: 'sent' }));

const mine = (world: World) =>
  world.server.room.log.filter((event) => event.type === 'message.posted' && event.actorId === ME.userId).map((event) => event.data?.['text']);

describe('a client, whatever happens to its frames, answers and connections', () => {
  it('delivers every event once and in order, and shows exactly what the log amounts to', async () => {
    await fc.assert(
      fc.asyncProperty(steps(), async (script) => {
        const world = await play(script);
        const seqs = world.seen.map((event) => event.seq);
        expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at));
        expect(seqs.at(-1)).toBe(world.server.room.head);
        await world.loadAll();
        expect(shown(world)).toEqual(stored(world));
        world.client.close();
      }),
      { numRuns: 100 },
    );
  });

  it('stores every message of its own once and in the order of writing, also across reloads of the page', async () => {
    await fc.assert(
      fc.asyncProperty(steps(plain(3, 'reload'), plain(6, 'send', 'lose-answer')), async (script) => {
        const world = await play(script);
        expect(mine(world)).toEqual(world.sent);
        await world.loadAll();
        expect(shown(world)).toEqual(stored(world));
        world.client.close();
      }),
      { numRuns: 100 },
    );
  });

  it('shows what is left after the server was restored from a backup', async () => {
    await fc.assert(
      fc.asyncProperty(steps(), fc.nat(5), fc.boolean(), steps(), async (before, lost, told, after) => {
        const world = await play([...before, { do: 'restore', n: lost }, ...(told ? [{ do: 'break' } as const] : []), ...after]);
        await world.loadAll();
        expect(shown(world)).toEqual(stored(world));
        world.client.close();
      }),
      { numRuns: 100 },
    );
  });
});
