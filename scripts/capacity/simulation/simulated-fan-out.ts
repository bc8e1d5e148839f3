import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { loadConfig } from '@agent-chat/config';
import { decodeEventGroups, type QueryInput } from '@agent-chat/contracts';
import { type GatewayId, newId, partitionOf, type RoomId, type UserId } from '@agent-chat/kernel';
import { RepeatedFailures } from '@agent-chat/observability';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { NotTheOwnerError } from '@agent-chat/query-bus';
import { eventually, type FakeClock } from '@agent-chat/testing';
import { AnswerDispatcher, type EncodedEvent } from '../../../apps/chat/src/application/write/answer-dispatcher';
import { type ChatOwner } from '../../../apps/chat/src/application/write/chat-owner';
import { DepartedGateways } from '../../../apps/chat/src/application/write/departed-gateways';
import { OwnedPartition } from '../../../apps/chat/src/application/write/owned-partition';
import { OwnerAnswers } from '../../../apps/chat/src/application/write/owner-answers';
import { roomEventOf } from '../../../apps/chat/src/domain/room-event-view';
import { GatewayInbox } from '../../../apps/gateway/src/application/gateway-inbox';
import { InterestRegistry } from '../../../apps/gateway/src/application/realtime/interest-registry';

/** How often an owner looks who of the gateways lives, and how often one has to be missing. */
const GATEWAYS_CHECK_MS = 20_000;
const LOOKS = 3;
const PATIENCE = { timeoutMs: 60_000, intervalMs: 20 };
const TEXT = 'a message of ordinary length, as people write them to each other all day long, give or take a few words';

/** A process that people are connected to: its registrations, and what came in. */
interface Gateway {
  readonly inbox: GatewayInbox;
  readonly registry: InterestRegistry;
  readonly rooms: Set<RoomId>;
  received: number;
  strange: number;
}

/** A series of messages, and what came of it. */
export interface Deliveries {
  readonly messages: number;
  /** Gateways that a message had to reach, and did, summed over messages; `strange`: reached without having to. */
  readonly due: number;
  readonly arrived: number;
  readonly strange: number;
  /** Real CPU of owners and gateways together. */
  readonly microsAMessage: number;
}

/** Gateways and owners that route events by the code that they run, over a backplane and a query bus in this process's heap. */
export class SimulatedFanOut {
  readonly gateways: Gateway[] = [];
  private readonly backplane = new InMemoryBackplane();
  private readonly queries = new InMemoryQueryBus();
  private readonly owned = new Map<number, OwnedPartition>();
  private readonly dispatcher: AnswerDispatcher;
  private readonly seqs = new Map<RoomId, number>();
  private readonly author = newId<UserId>();

  constructor(
    private readonly partitions: number,
    private readonly clock: FakeClock,
  ) {
    this.dispatcher = new AnswerDispatcher(this.backplane, new RepeatedFailures(clock, 'simulation'));
    const answers = new OwnerAnswers({ owned: (partition: number) => this.owned.get(partition) } as ChatOwner, undefined as never);
    const orRefuse = (input: QueryInput<'interest.register'>): Promise<{ fence: number }> => {
      if (!this.owned.has(input.partition)) throw new NotTheOwnerError();
      return Promise.resolve(answers.registerInterest(input));
    };
    this.queries.answer('interest.register', orRefuse);
    this.queries.answer('interest.drop', (input) => Promise.resolve(answers.dropInterest(input)));
  }

  async addGateways(count: number): Promise<void> {
    const config = loadConfig({ PARTITIONS: String(this.partitions) });
    for (let index = 0; index < count; index++) {
      const inbox = new GatewayInbox(this.backplane);
      const gateway: Gateway = { inbox, registry: new InterestRegistry(this.queries, inbox, config), rooms: new Set(), received: 0, strange: 0 };
      inbox.on('events', (message) => {
        for (const { roomId, events } of decodeEventGroups(message)) {
          if (gateway.rooms.has(roomId as RoomId)) gateway.received += events.length;
          else gateway.strange += events.length;
        }
      });
      await inbox.start();
      gateway.registry.onApplicationBootstrap();
      this.gateways.push(gateway);
    }
  }

  /** Somebody on this gateway opens the room. */
  async open(roomId: RoomId, gateways: Iterable<Gateway>): Promise<void> {
    for (const gateway of gateways) {
      if (gateway.rooms.has(roomId)) continue;
      gateway.rooms.add(roomId);
      gateway.registry.acquire(roomId);
      await gateway.registry.ensure([roomId]);
    }
  }

  /** New owners begin knowing of nobody's interest, and ask for it (P23). Resolves when all gateways that live have told it. */
  async own(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) {
      const fence = (this.owned.get(partition)?.fence ?? 0) + 1;
      const owned = new OwnedPartition(partition);
      Object.assign(owned, { fence, state: 'active' });
      this.owned.set(partition, owned);
      await this.backplane.publish(await this.backplane.gateways(), 'control', JSON.stringify({ type: 'interest.reannounce', partition, fence }));
    }
    await eventually(() => {
      if (this.missingInterest() > 0) throw new Error('Owners still wait for interest');
    }, PATIENCE);
  }

  /** They are gone without a word. Their leases end, and owners forget them after a few looks; answers how many interests are left then. */
  async lose(gateways: readonly Gateway[]): Promise<number> {
    const gone = new Set(gateways);
    for (const { inbox, registry } of gone) {
      registry.onModuleDestroy();
      await inbox.onApplicationShutdown();
    }
    this.gateways.splice(0, this.gateways.length, ...this.gateways.filter((gateway) => !gone.has(gateway)));
    const departed = new DepartedGateways(this.backplane);
    for (let look = 0; look < LOOKS; look++) {
      this.clock.advance(GATEWAYS_CHECK_MS);
      await departed.forget(this.owned.values());
    }
    const dead = new Set<GatewayId>([...gone].map(({ inbox }) => inbox.gatewayId));
    return [...this.owned.values()].reduce((sum, { interest }) => sum + [...interest.gateways()].filter((id) => dead.has(id)).length, 0);
  }

  /** One message after the other to these rooms, in batches as owners commit them. */
  async post(rooms: readonly RoomId[], batch: number): Promise<Deliveries> {
    for (const gateway of this.gateways) Object.assign(gateway, { received: 0, strange: 0 });
    const readers = this.readersOf();
    const due = rooms.reduce((sum, roomId) => sum + (readers.get(roomId) ?? 0), 0);
    const total = (count: (gateway: Gateway) => number): number => this.gateways.reduce((sum, gateway) => sum + count(gateway), 0);
    const cpu = process.cpuUsage();
    for (let from = 0; from < rooms.length; from += batch) {
      this.dispatcher.publishEvents(rooms.slice(from, from + batch).map((roomId) => this.eventIn(roomId)));
      await new Promise((next) => setImmediate(next));
    }
    const { user, system } = process.cpuUsage(cpu);
    await eventually(() => {
      if (total(({ received }) => received) < due) throw new Error('Events are still on their way');
    }, PATIENCE);
    const counts = { due, arrived: total(({ received }) => received), strange: total(({ strange }) => strange) };
    return { messages: rooms.length, ...counts, microsAMessage: (user + system) / rooms.length };
  }

  async close(): Promise<void> {
    for (const { registry } of this.gateways) registry.onModuleDestroy();
    await this.queries.close();
    await this.backplane.close();
  }

  private eventIn(roomId: RoomId): EncodedEvent {
    const partition = this.owned.get(partitionOf(roomId, this.partitions));
    if (partition === undefined) throw new Error(`Nobody owns the partition of ${roomId}`);
    const seq = (this.seqs.get(roomId) ?? 0) + 1;
    this.seqs.set(roomId, seq);
    const createdAt = this.clock.nowIso();
    const payload = { messageId: newId(), clientMsgId: String(seq), text: TEXT, mentions: [] };
    const event = roomEventOf({ roomId, epoch: 1, seq, type: 'message.posted', actorId: this.author, createdAt, payload });
    return { partition, position: seq, event, encoded: JSON.stringify(event) };
  }

  private readersOf(): Map<RoomId, number> {
    const readers = new Map<RoomId, number>();
    for (const { rooms } of this.gateways) for (const roomId of rooms) readers.set(roomId, (readers.get(roomId) ?? 0) + 1);
    return readers;
  }

  private missingInterest(): number {
    let missing = 0;
    for (const { inbox, rooms } of this.gateways) {
      for (const roomId of rooms) if (this.owned.get(partitionOf(roomId, this.partitions))?.interest.of(roomId).has(inbox.gatewayId) !== true) missing += 1;
    }
    return missing;
  }
}
