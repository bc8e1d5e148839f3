import { decodeEventGroups, type EphemeralItem, type EventGroup } from '@agent-chat/contracts';
import { type RoomId } from '@agent-chat/kernel';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CommandAdmission } from '../command-admission';
import { GatewayInbox } from '../gateway-inbox';
import { type RoomSubscription } from './connection';
import { DeliveryQueue } from './delivery-queue';
import { InterestRegistry } from './interest-registry';
import { LocalRoom } from './local-room';
import { Openings } from './openings';
import { RealtimeMetrics } from './realtime-metrics';
import { RoomUpkeep } from './room-upkeep';

/** Which rooms are subscribed to here, and by whom; what owners publish comes in here. */
@Injectable()
export class RoomIndex implements OnApplicationBootstrap {
  private readonly rooms = new Map<RoomId, LocalRoom>();
  /** Which rooms came and went. */
  readonly openings = new Openings<RoomId>();
  private onActivity: (group: EventGroup) => void = () => undefined;

  constructor(
    private readonly upkeep: RoomUpkeep,
    private readonly deliveries: DeliveryQueue,
    private readonly interest: InterestRegistry,
    private readonly inbox: GatewayInbox,
    private readonly metrics: RealtimeMetrics,
    admission: CommandAdmission,
  ) {
    admission.isBehind = (roomId) => this.rooms.get(roomId as RoomId)?.isBehind === true;
  }

  onApplicationBootstrap(): void {
    this.inbox.on('events', (message) => this.receive(message));
  }

  /** Is told of every group that arrives, before anybody gets it. */
  whenActive(listener: (group: EventGroup) => void): void {
    this.onActivity = listener;
  }

  get(roomId: RoomId): LocalRoom | undefined {
    return this.rooms.get(roomId);
  }

  ids(): RoomId[] {
    return [...this.rooms.keys()];
  }

  /** Enters a room with frames held (P24); the index holds it from now on. */
  enter(roomId: RoomId, subscription: RoomSubscription): LocalRoom {
    let room = this.rooms.get(roomId);
    if (room === undefined) {
      room = new LocalRoom(roomId, this.upkeep);
      this.rooms.set(roomId, room);
      this.openings.open(roomId);
      this.interest.acquire(roomId);
      this.metrics.subscriptions.set(this.rooms.size);
    }
    room.feed.enter(subscription);
    return room;
  }

  leave(roomId: RoomId, subscription: RoomSubscription, phase: 'ended' | 'catching-up' = 'ended'): void {
    const room = this.rooms.get(roomId);
    if (room === undefined) {
      subscription.phase = phase;
      return;
    }
    room.feed.leave(subscription, phase);
    this.dropIfEmpty(room);
  }

  /** Writes what a room has for its readers. */
  deliver(room: LocalRoom): void {
    this.deliveries.add(room);
    this.deliveries.run();
  }

  sendEphemeral(item: Extract<EphemeralItem, { type: 'typing' }>): void {
    this.rooms.get(item.roomId)?.sendEphemeral([item], item.userId);
  }

  /** Forgets rooms whose last reader was sent away. */
  sweep(): void {
    for (const room of this.rooms.values()) this.dropIfEmpty(room);
  }

  private receive(message: string): void {
    for (const group of decodeEventGroups(message)) {
      this.onActivity(group);
      const room = this.rooms.get(group.roomId as RoomId);
      if (room === undefined) continue;
      room.feed.offer(group);
      this.deliveries.add(room);
    }
    this.deliveries.run();
  }

  private dropIfEmpty(room: LocalRoom): void {
    if (!room.feed.isEmpty || this.rooms.get(room.roomId) !== room) return;
    this.rooms.delete(room.roomId);
    this.openings.close(room.roomId);
    this.interest.release(room.roomId);
    this.metrics.subscriptions.set(this.rooms.size);
  }
}
