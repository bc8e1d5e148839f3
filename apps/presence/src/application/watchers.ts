import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { type GatewayId, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

const userKey = (userId: string): string => `presence:watch:user:${userId}`;
const roomKey = (roomId: string): string => `presence:watch:room:${roomId}`;

/** People and rooms that connections of a gateway have open. */
export interface Watched {
  readonly userIds: readonly string[];
  readonly roomIds: readonly string[];
}

/** Which gateways have whom and which rooms open. In the store, so that every presence process knows; it lapses with its gateway. */
@Injectable()
export class Watchers {
  constructor(private readonly store: EphemeralStore) {}

  /** What a gateway has open, for that long, and what it no longer has. */
  async change(gatewayId: string, ttlMs: number, open: Watched, closed: Watched): Promise<void> {
    await Promise.all([
      ...keysOf(open).map((key) => this.store.setField(key, gatewayId, '', ttlMs)),
      ...keysOf(closed).map((key) => this.store.removeField(key, gatewayId)),
    ]);
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
}

function keysOf({ userIds, roomIds }: Watched): string[] {
  return [...userIds.map(userKey), ...roomIds.map(roomKey)];
}
