import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { readOrigin, type CommandResult } from '@agent-chat/contracts';
import { type TestDatabase } from '@agent-chat/database/testing';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { AppError, newId, SystemClock, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import fc from 'fast-check';
import { EventReader } from '../../../apps/chat/src/infrastructure/read/event.reader';
import { HeadReader } from '../../../apps/chat/src/infrastructure/read/head.reader';
import { type CommandCall } from '../../../apps/gateway/src/application/command-sender';
import { PARTITIONS, roomIn } from '../chat/calls';
import { ChatProcess, type World } from './chat-process';
import { GatewayProcess, Reader } from './gateway-process';
import { PickingQueryBus } from './picking-query-bus';
import { Link, type AppendFate, type CommitFate } from './network';

const COMMIT_FATES: readonly CommitFate[] = ['unreached', 'unanswered', 'late'];
const APPEND_FATES: readonly AppendFate[] = ['unavailable', 'uncertain', 'written, uncertain'];
/** So long without anything leaving a process means that nothing will. */
const QUIET_MS = 40;
const CHANNELS = ['answers', 'events', 'control'] as const;

const stepArbitrary = fc.record({
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('post', 'post', 'post', 'again', 'join', 'leave') },
    {
      weight: 5,
      arbitrary: fc.constantFrom('commit', 'append', 'deaf', 'hear', 'lose', 'lose', 'pause', 'wake', 'rejoin', 'kill', 'fence', 'cut', 'look', 'settle'),
    },
  ),
  pick: fc.nat(1_000),
});
/** A run's steps. */
export const stepsArbitrary = fc.array(stepArbitrary, { minLength: 15, maxLength: 50 });
type Step = typeof stepArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** One call as its client sees it: repeated under the same key until somebody says what became of it. */
export interface Sent {
  readonly call: CommandCall & { readonly key: string };
  readonly no: number;
  result?: CommandResult;
  refusal?: string;
  tries: number;
  /** Its key had been acknowledged before this call was made. */
  readonly isRepeat: boolean;
}

/** Two chat processes and a gateway of the real code, over the in-memory adapters and a real database, and everything that can go wrong between them. */
export class Run {
  readonly people = Array.from({ length: 3 }, () => newId<UserId>());
  readonly rooms = [roomIn(1), roomIn(2)];
  readonly sent: Sent[] = [];
  readonly readers: Reader[] = [];
  /** What lies in the command log: the requestIds of each key. */
  readonly requestIds = new Map<string, string[]>();
  /** Every chat process that there was. */
  readonly processes: ChatProcess[] = [];
  private readonly chats: ChatProcess[] = [];
  private readonly world: World;
  private readonly queries: PickingQueryBus;
  private gateway!: GatewayProcess;
  private readonly calls: Promise<void>[] = [];

  constructor(
    private readonly test: TestDatabase,
    scheduler: fc.Scheduler,
  ) {
    const { database } = test;
    this.world = {
      scheduler,
      database,
      log: new InMemoryEventLog({ partitionCount: PARTITIONS, clock: new SystemClock() }),
      backplane: new InMemoryBackplane(),
    };
    const [events, heads] = [new EventReader(database), new HeadReader(database)];
    this.queries = new PickingQueryBus(() => this.chats.map(({ answers }) => answers));
    this.queries.answer('rooms.open', (input) => events.open(input));
    this.queries.answer('rooms.tail', (input) => events.tail(input));
    this.queries.answer('room.events', (input) => events.events(input));
    this.queries.answer('rooms.heads', (input) => heads.heads(input));
  }

  async start(): Promise<void> {
    for (let i = 0; i < 2; i++) this.chats.push(await this.startChat());
    this.gateway = new GatewayProcess(this.world, this.queries, (record) => {
      const { key, requestId } = readOrigin(record)!;
      this.requestIds.set(key, [...(this.requestIds.get(key) ?? []), requestId]);
    });
    await this.gateway.start();
    const [owner, member] = this.people as [UserId, UserId];
    for (const roomId of this.rooms) {
      this.send({ type: 'room.create', roomId, actorId: owner, data: { kind: 'public', name: 'lobby', topic: '', memberIds: [member] }, key: undefined });
      for (let i = 0; i < 2; i++) this.readers.push(new Reader(`reader ${this.readers.length}`, member, roomId, () => this.gateway));
    }
    await this.settle();
  }

  async take({ what, pick }: Step): Promise<void> {
    const chat = this.chats[pick % 2]!;
    const reader = this.readers[pick % this.readers.length]!;
    if (what === 'commit') chat.link.commitFates.push(COMMIT_FATES[pick % 3]!);
    else if (what === 'append') this.gateway.link.appendFates.push(APPEND_FATES[pick % 3]!);
    else if (what === 'deaf') for (const { link } of this.chats) link.deafTo.add(CHANNELS[pick % 3]!);
    else if (what === 'hear') this.hear();
    else if (what === 'lose') chat.link.losesEvents = 1;
    else if (what === 'pause') await chat.pause();
    else if (what === 'wake') chat.wake();
    else if (what === 'rejoin') await chat.rejoin();
    else if (what === 'kill') await this.kill(pick % 2);
    else if (what === 'fence') await this.raise();
    else if (what === 'cut') await reader.disconnect();
    else if (what === 'look') await reader.connect().catch(() => undefined);
    else if (what === 'settle') await this.settle();
    else this.send(this.callOf(what, pick));
    this.queries.prefer = pick % 2;
    await this.progress(pick % 12);
  }

  /** Lets so much happen before the next step, or less where nothing more is going to. */
  private async progress(turns: number): Promise<void> {
    const until = Link.turns + turns;
    const giveUpMs = performance.now() + QUIET_MS;
    while (Link.turns < until && performance.now() < giveUpMs) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Heals everything, and waits until each call is answered and each reader has the whole log. */
  async settle(): Promise<void> {
    this.hear();
    for (const chat of this.chats) {
      chat.link.commitFates = [];
      await chat.rejoin();
    }
    this.gateway.link.appendFates = [];
    await Promise.all(this.calls.splice(0));
    for (const reader of this.readers) if (!reader.isConnected) await eventually(() => reader.connect(), { timeoutMs: 10_000, intervalMs: 100 });
    await eventually(
      async () => {
        // Each 30 s in the running system.
        await this.gateway.heads.check(this.rooms);
        for (const reader of this.readers) {
          const head = await this.headOf(reader.roomId);
          if (reader.seen.at(-1)?.seq !== head) throw new Error(`${reader.name} has ${reader.seen.at(-1)?.seq ?? 0} of ${head}`);
        }
      },
      { timeoutMs: 10_000, intervalMs: 50 },
    );
  }

  async finish(): Promise<void> {
    await this.settle();
    for (const reader of this.readers) await reader.disconnect();
    await this.gateway.stop();
    await Promise.all(this.chats.map((chat) => chat.stop()));
    await this.world.log.close();
  }

  private hear(): void {
    for (const { link } of this.chats) link.deafTo.clear();
  }

  private async startChat(): Promise<ChatProcess> {
    const chat = new ChatProcess(this.world);
    this.processes.push(chat);
    await chat.start();
    return chat;
  }

  private async kill(at: number): Promise<void> {
    await this.chats[at]!.kill();
    this.chats[at] = await this.startChat();
  }

  private async raise(): Promise<void> {
    await this.test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1 WHERE partition IN (1, 2)');
  }

  private async headOf(roomId: RoomId): Promise<number> {
    const [row] = await this.test.database.shard(0).query<{ last_seq: number }>('SELECT last_seq FROM rooms WHERE room_id = $1', [roomId]);
    return row?.last_seq ?? 0;
  }

  private send(call: CommandCall): void {
    const isRepeat = this.sent.some(({ call: other, result }) => result !== undefined && other.key === call.key);
    const sent: Sent = { call: { ...call, key: call.key ?? newId() }, no: this.sent.length, tries: 0, isRepeat };
    this.sent.push(sent);
    this.calls.push(this.tryUntilTold(sent));
  }

  private async tryUntilTold(sent: Sent): Promise<void> {
    for (;;) {
      sent.tries += 1;
      try {
        sent.result = await this.gateway.commands.send(sent.call);
        return;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT') continue;
        sent.refusal = error.code;
        return;
      }
    }
  }

  private callOf(what: 'post' | 'again' | 'join' | 'leave', pick: number): CommandCall {
    const about = { roomId: this.rooms[pick % 2]!, actorId: this.people[pick % 3]!, key: undefined };
    if (what === 'again') return this.sent[pick % this.sent.length]!.call;
    if (what === 'join') return { ...about, type: 'room.join', data: {} };
    // The member that readers belong to stays: losing access is not what is looked at here.
    if (what === 'leave') return { ...about, actorId: this.people[2]!, type: 'room.leave', data: {} };
    return { ...about, type: 'message.post', data: { messageId: newId<MessageId>(), text: `text ${this.sent.length}` } };
  }
}
