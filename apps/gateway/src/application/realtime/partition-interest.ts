import { type GatewayId, type RoomId } from '@agent-chat/kernel';
import { type QueryBus } from '@agent-chat/query-bus';

const ASK_TIMEOUT_MS = 2_000;
const ROOMS_PER_CALL = 1_000;

/** This gateway's registrations with the owner of one partition. */
export class PartitionInterest {
  private readonly registered = new Set<RoomId>();
  private readonly pending = new Set<RoomId>();
  /** What nobody needed at some time since the last drop. */
  private readonly released = new Set<RoomId>();
  /** As the owner said; undefined while there is none. */
  private fence: number | undefined;
  /** The highest that a snapshot told, in the newest epoch that one told. */
  private row = { epoch: 0, fence: 0 };
  /** The fence of the owner that holds `registered`. */
  private registeredWith: number | undefined;
  private flight: Promise<void> | undefined;

  constructor(
    private readonly partition: number,
    private readonly gatewayId: GatewayId,
    private readonly queries: QueryBus,
    private readonly onUnowned: (error: unknown) => void,
  ) {}

  get size(): number {
    return this.registered.size + this.pending.size;
  }

  /** Nobody who owns the partition now knows this gateway. */
  get isUnowned(): boolean {
    return this.fence === undefined || this.fence < this.row.fence;
  }

  /** Resolves after the owner answered, or couldn't. */
  async register(roomId: RoomId): Promise<void> {
    if (this.registered.has(roomId)) return;
    this.pending.add(roomId);
    await this.flush();
  }

  /** Epoch and fence as a snapshot tells them; whether the registration stands with that owner. A new epoch may begin with a lower fence (P29). */
  saw(epoch: number, fence: number): boolean {
    if (epoch > this.row.epoch || (epoch === this.row.epoch && fence > this.row.fence)) this.row = { epoch, fence };
    return this.fence === fence;
  }

  /** Registers everything again, and answers the rooms: frames may have been missed until now. */
  async renew(): Promise<readonly RoomId[]> {
    // A registration that is on its way may have gone to the owner before.
    await this.flight;
    for (const roomId of this.registered) this.pending.add(roomId);
    this.registered.clear();
    await this.flush();
    return [...this.registered, ...this.pending];
  }

  /** Nobody here needs the room now: the next drop takes it along, unless somebody does then. */
  release(roomId: RoomId): void {
    this.released.add(roomId);
  }

  /** Drops what was released. Rejects when the owner couldn't be told; it forgets the rooms with this gateway. */
  async drop(isUnneeded: (roomId: RoomId) => boolean): Promise<void> {
    const unneeded = [...this.released].filter(isUnneeded);
    for (const roomId of unneeded) this.pending.delete(roomId);
    // Registrations and drops take turns: a room that is needed again would lose to a drop that overtakes it on the way.
    if (this.flight !== undefined) return;
    this.released.clear();
    const roomIds = unneeded.filter((roomId) => this.registered.has(roomId));
    if (roomIds.length === 0) return;
    for (const roomId of roomIds) this.registered.delete(roomId);
    const dropping = this.unregister(roomIds);
    this.fly(dropping.catch(() => undefined));
    await dropping;
  }

  /** One call at a time, with everything that came up in one turn of the event loop. */
  private async flush(): Promise<void> {
    const known = this.flight;
    if (known !== undefined) {
      // Its batch may have left without this room.
      await known;
      return this.pending.size > 0 && !this.isUnowned ? this.flush() : undefined;
    }
    this.fly(this.send());
    await this.flight;
  }

  /** `call` never rejects. */
  private fly(call: Promise<void>): void {
    this.flight = call.finally(() => {
      this.flight = undefined;
    });
  }

  private async send(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.pending.size > 0) await this.announce(firstOf(this.pending, ROOMS_PER_CALL));
    } catch (error) {
      this.fence = undefined;
      this.onUnowned(error);
    }
  }

  private async unregister(roomIds: RoomId[]): Promise<void> {
    const { gatewayId, partition } = this;
    await this.queries.ask('interest.drop', { gatewayId, partition, roomIds }, { timeoutMs: ASK_TIMEOUT_MS, partition });
  }

  private async announce(roomIds: readonly RoomId[]): Promise<void> {
    const { gatewayId, partition } = this;
    const { fence } = await this.queries.ask('interest.register', { gatewayId, partition, roomIds: [...roomIds] }, { timeoutMs: ASK_TIMEOUT_MS, partition });
    this.fence = fence;
    if (this.registeredWith !== fence) {
      // Another owner than the one that knows the others: they follow.
      for (const roomId of this.registered) this.pending.add(roomId);
      this.registered.clear();
      this.registeredWith = fence;
    }
    for (const roomId of roomIds) {
      this.pending.delete(roomId);
      this.registered.add(roomId);
    }
  }
}

function firstOf(roomIds: Iterable<RoomId>, limit: number): RoomId[] {
  const first: RoomId[] = [];
  for (const roomId of roomIds) {
    if (first.length === limit) break;
    first.push(roomId);
  }
  return first;
}
