import { type CommandAnswer } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { newId, partitionOf, type GatewayId, type MessageId, type RoomId, type UserId } from '@agent-chat/kernel';
import { DeliveryVerifier, eventually } from '@agent-chat/testing';
import fc from 'fast-check';
import { create, PARTITIONS, roomIn, type Call } from './calls';
import { seen, soundLogs } from './room-folds';
import { type StoredEvent } from './stored-rooms';
import { openRig, type Rig } from './write-rig';

const PEOPLE = 4;
const EMOJIS = ['👍', '🎉', ':ship-it:'];

const ACTIONS = ['post', 'post', 'post', 'again', 'edit', 'delete', 'restore', 'react', 'unreact', 'mark', 'unmark'] as const;
const MEMBERSHIP = ['join', 'leave', 'add', 'remove', 'ban', 'unban', 'mute', 'unmute', 'promote', 'rename', 'leave muted'] as const;
const FAULTS = ['unreached', 'unanswered', 'fence', 'log down', 'log uncertain', 'log up', 'deaf', 'hearing', 'restart', 'settle'] as const;

const stepArbitrary = fc.record({
  what: fc.oneof(
    { weight: 7, arbitrary: fc.constantFrom(...ACTIONS) },
    { weight: 2, arbitrary: fc.constantFrom(...MEMBERSHIP) },
    { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
  ),
  who: fc.nat(PEOPLE - 1),
  whom: fc.nat(PEOPLE - 1),
  room: fc.nat(2),
  pick: fc.nat(1_000),
});
type Step = typeof stepArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

interface Sent {
  readonly call: Call & { readonly key: string };
  readonly requestIds: string[];
  readonly messageNo: number;
}

/** One run: people who call, a chat process that suffers, and a gateway that repeats what got no answer. */
class Run {
  readonly people = Array.from({ length: PEOPLE }, () => newId<UserId>());
  readonly rooms = [roomIn(1), roomIn(1), roomIn(2)];
  readonly sent: Sent[] = [];
  readonly answers = new Map<string, CommandAnswer>();
  /** What the log of events took, in order, over all restarts. */
  readonly published: { partition: number; position: number; event: { roomId: string; epoch: number; seq: number; type: string } }[] = [];
  private readonly messages: { roomId: RoomId; messageId: MessageId }[] = [];
  private readonly marks: Promise<unknown>[] = [];
  private rig!: Rig;

  constructor(private readonly test: TestDatabase) {}

  async start(): Promise<void> {
    await this.open();
    for (const roomId of this.rooms)
      await this.send({ ...create(roomId, this.people[0]!, [this.people[1]!]), data: { ...create(roomId, this.people[0]!).data, kind: 'public' } });
    await this.settle();
  }

  async take(step: Step): Promise<void> {
    if ((FAULTS as readonly string[]).includes(step.what)) await this.suffer(step.what as (typeof FAULTS)[number]);
    else if (step.what === 'mark' || step.what === 'unmark') this.mark(step);
    else {
      // By chance alone, hardly anybody leaves while muted.
      if (step.what === 'leave muted') await this.send(this.callOf({ ...step, what: 'mute', who: 0, whom: step.who }));
      await this.send(this.callOf(step));
    }
  }

  /** Repeats what is unanswered, as a client does, until everything is answered and published. */
  async settle(): Promise<void> {
    this.hear(true);
    await eventually(
      async () => {
        this.collect();
        const open = this.sent.filter(({ requestIds }) => !requestIds.some((requestId) => this.answers.has(requestId)));
        if (open.length === 0) return;
        for (const sent of open) await this.append(sent);
        throw new Error(`${open.length} calls have no answer`);
      },
      { timeoutMs: 20_000, intervalMs: 300 },
    );
    await Promise.all(this.marks.splice(0));
  }

  async finish(): Promise<void> {
    await this.settle();
    this.rig.log.appendFault = () => undefined;
    await this.send(this.callOf({ what: 'post', who: 0, whom: 0, room: 0, pick: 0 }));
    await this.settle();
    for (const partition of [1, 2]) {
      await eventually(async () => {
        const [row] = await this.test.database
          .shard(0)
          .query<{ position: number }>('SELECT position FROM partition_progress WHERE partition = $1', [partition]);
        expect(Math.max(...this.published.filter((event) => event.partition === partition).map(({ position }) => position))).toBe(row!.position);
      });
    }
    await this.rig.stop();
  }

  private async open(): Promise<void> {
    this.rig = await openRig(this.test, { gatewayId: newId<GatewayId>() });
    this.rig.log.onAppended = (topic, records) => {
      if (topic === 'chat.events.v1') for (const { value } of records) this.published.push(JSON.parse(value));
    };
  }

  private collect(): void {
    for (const [requestId, answer] of this.rig.answers) this.answers.set(requestId, answer);
  }

  private async send(call: Call): Promise<void> {
    const sent = { call: { ...call, key: call.key ?? newId() }, requestIds: [], messageNo: this.sent.length };
    this.sent.push(sent);
    await this.append(sent);
  }

  private async append(sent: Sent): Promise<void> {
    const requestId = newId();
    sent.requestIds.push(requestId);
    await this.rig.append({ ...sent.call, requestId });
  }

  private hear(isHearing: boolean): void {
    this.rig.backplane.loses = () => !isHearing;
  }

  private mark({ what, who, room, pick }: Step): void {
    const roomId = this.rooms[room]!;
    const input = { roomId, userId: this.people[who]!, seq: 1 + (pick % 30), force: what === 'unmark' };
    // Twice at once, as two devices do.
    for (let i = 0; i < 2; i++) this.marks.push(this.rig.owners.markRead(input, partitionOf(roomId, PARTITIONS)).catch(() => undefined));
  }

  private async suffer(fault: (typeof FAULTS)[number]): Promise<void> {
    const { rig } = this;
    if (fault === 'unreached' || fault === 'unanswered') rig.database.commitFaults.push(fault);
    else if (fault === 'fence') await this.test.database.shard(0).query('UPDATE partition_progress SET fence = fence + 1 WHERE partition IN (1, 2)');
    else if (fault.startsWith('log')) {
      const code = fault === 'log down' ? 'LOG_UNAVAILABLE' : 'LOG_UNCERTAIN';
      rig.log.appendFault = (topic) => (fault === 'log up' || topic !== 'chat.events.v1' ? undefined : { code, isWritten: code === 'LOG_UNCERTAIN' });
    } else if (fault === 'settle') await this.settle();
    else if (fault === 'restart') await this.restart();
    else this.hear(fault === 'hearing');
  }

  private async restart(): Promise<void> {
    await this.rig.stop();
    this.collect();
    await this.open();
    for (const sent of this.sent) if (!sent.requestIds.some((requestId) => this.answers.has(requestId))) await this.append(sent);
  }

  private callOf({ what, who, whom, room, pick }: Step): Call {
    const roomId = this.rooms[room]!;
    const [actorId, userId] = [this.people[who]!, this.people[whom]!];
    const about = { roomId, actorId };
    const known = this.messages.filter((message) => message.roomId === roomId);
    const messageId = known[pick % Math.max(known.length, 1)]?.messageId ?? newId<MessageId>();
    const emoji = EMOJIS[pick % EMOJIS.length]!;
    const again = this.sent[pick % Math.max(this.sent.length, 1)];
    switch (what) {
      case 'again':
        if (again !== undefined) return again.call;
        break;
      case 'edit':
        return { ...about, type: 'message.edit', data: { messageId, text: `edited ${pick % 5} <@${userId}>` } };
      case 'delete':
        return { ...about, type: 'message.delete', data: { messageId } };
      case 'restore':
        return { ...about, type: 'message.restore', data: { messageId } };
      case 'react':
        return { ...about, type: 'reaction.add', data: { messageId, emoji } };
      case 'unreact':
        return { ...about, type: 'reaction.remove', data: { messageId, emoji } };
      case 'join':
        return { ...about, type: 'room.join', data: {} };
      case 'leave':
      case 'leave muted':
        return { ...about, type: 'room.leave', data: {} };
      case 'add':
        return { ...about, type: 'member.add', data: { userIds: [userId] } };
      case 'remove':
        return { ...about, type: 'member.remove', data: { userId } };
      case 'ban':
        return { ...about, type: 'member.ban', data: { userId } };
      case 'unban':
        return { ...about, type: 'member.unban', data: { userId } };
      case 'mute':
      case 'unmute':
        return { ...about, type: 'member.update', data: { userId, muted: what === 'mute' } };
      case 'promote':
        return { ...about, type: 'member.update', data: { userId, role: 'admin' } };
      case 'rename':
        return { ...about, type: 'room.update', data: { name: `room ${pick % 3}` } };
      default:
        break;
    }
    const fresh = newId<MessageId>();
    this.messages.push({ roomId, messageId: fresh });
    return { ...about, type: 'message.post', data: { messageId: fresh, text: `text ${this.sent.length}` } };
  }
}

/** What a consumer with a position takes from the log of events (P19): nothing twice; and since the owner publishes in order, nothing is missing. */
function consume(run: Run): Map<number, number[]> {
  const positions = new Map<number, number[]>();
  for (const { partition, position } of run.published) {
    const taken = positions.get(partition) ?? [];
    if (position > (taken.at(-1) ?? -Infinity)) positions.set(partition, [...taken, position]);
  }
  return positions;
}

/** Each answer says what is stored, each key stands for one thing, and a refused call left nothing behind (P8, P10). */
function expectAnswersToHold(run: Run, events: readonly StoredEvent[], verifier: DeliveryVerifier): void {
  const bySeq = new Map(events.map((event) => [`${event.room_id} ${event.seq}`, event]));
  const byKey = new Map<string, number>();
  for (const { call, requestIds, messageNo } of run.sent) {
    const answers = requestIds.flatMap((requestId) => run.answers.get(requestId) ?? []);
    for (const answer of answers) {
      if (!answer.ok) {
        expect(events.filter((event) => event.request_id === answer.requestId)).toEqual([]);
        continue;
      }
      const { seq, epoch, changed, committedAt, messageId } = answer.result;
      const name = `${call.roomId} ${call.actorId} ${call.key}`;
      expect(seq).toBe(byKey.get(name) ?? seq);
      byKey.set(name, seq);
      if (!changed) continue;
      const event = bySeq.get(`${call.roomId} ${seq}`);
      expect(event).toMatchObject({ actor_id: call.actorId, epoch, created_at: committedAt });
      if (call.type !== 'message.post') continue;
      const sender = requestIds.length === 1 && !answer.result.duplicate ? call.actorId : newId();
      verifier.acknowledge({ roomId: call.roomId, epoch, seq, identity: messageId!, sender, sendNo: messageNo });
    }
  }
}

async function judge(test: TestDatabase, run: Run): Promise<void> {
  const verifier = new DeliveryVerifier();
  const { all, logs } = await soundLogs(test, run.rooms);
  expectAnswersToHold(run, all, verifier);
  const consumed = consume(run);
  for (const partition of [1, 2]) {
    const stored = await test.database.shard(0).query<StoredEvent>('SELECT * FROM room_events WHERE partition = $1 ORDER BY position', [partition]);
    const first = Math.min(...(consumed.get(partition) ?? []));
    expect(consumed.get(partition)).toEqual(stored.map(({ position }) => position).filter((position) => position >= first));
    expect(stored.map((event) => event.created_at)).toEqual(stored.map((event) => event.created_at).sort());
    for (const event of stored) if (logs.has(event.room_id)) verifier.deliver('a consumer', seen(event));
  }
  expect(verifier.verify(logs)).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
}

describe('the write path under any interleaving of faults', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase('interleavings');
  });
  afterAll(() => test.drop());

  it('keeps log, tables, answers and published events one and the same (P1, P6, P7, P8, P10, P11, P12, P13, P18, P33, P35)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 20, maxLength: 90 }), async (steps) => {
        const run = new Run(test);
        await run.start();
        for (const step of steps) await run.take(step);
        await run.finish();
        await judge(test, run);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 12), endOnFailure: true },
    );
  }, 180_000);
});
