import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { Clock, type GatewayId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

const userKey = (userId: UserId): string => `presence:watch:user:${userId}`;
const roomKey = (roomId: RoomId): string => `presence:watch:room:${roomId}`;

interface Told {
  readonly keys: ReadonlySet<string>;
  readonly writtenAtMs: number;
}

/** Which gateways have whom and which rooms open. In the store, so that every presence process knows; it lapses with its gateway. */
@Injectable()
export class Watchers {
  /** What this process wrote last for each gateway, so that only differences are written. */
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
  ) {}

  /** Replaces what a gateway watches. */
  async replace(gatewayId: string, ttlMs: number, userIds: readonly UserId[], roomIds: readonly RoomId[]): Promise<void> {
    const keys = new Set([...userIds.map(userKey), ...roomIds.map(roomKey)]);
    const before = this.told.get(gatewayId);
    const now = this.clock.nowMs();
    const isFresh = before !== undefined && now - before.writtenAtMs < ttlMs / 4;
    const renewed = [...keys].filter((key) => !isFresh || !before.keys.has(key));
    const dropped = [...(before?.keys ?? [])].filter((key) => !keys.has(key));
    await Promise.all([
      ...renewed.map((key) => this.store.setField(key, gatewayId, '', ttlMs)),
      ...dropped.map((key) => this.store.removeField(key, gatewayId)),
    ]);
    this.told.set(gatewayId, { keys, writtenAtMs: isFresh ? before.writtenAtMs : now });
    this.forgetLapsed(now - ttlMs);
  }

  async ofUsers(userIds: readonly UserId[]): Promise<GatewayId[][]> {
    return this.of(userIds.map(userKey));
  }

  async ofRooms(roomIds: readonly RoomId[]): Promise<GatewayId[][]> {
    return this.of(roomIds.map(roomKey));
  }

  private async of(keys: string[]): Promise<GatewayId[][]> {
    return (await this.store.fields(keys)).map((fields) => [...fields.keys()] as GatewayId[]);
  }

  private forgetLapsed(beforeMs: number): void {
    for (const [gatewayId, { writtenAtMs }] of this.told) if (writtenAtMs < beforeMs) this.told.delete(gatewayId);
  }
}
