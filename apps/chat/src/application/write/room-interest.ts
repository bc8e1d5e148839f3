import { type GatewayId, type RoomId } from '@agent-chat/kernel';

const NOBODY: ReadonlySet<GatewayId> = new Set();

/** Which gateways want the events of which rooms of a partition (P23). */
export class RoomInterest {
  private readonly byRoom = new Map<RoomId, Set<GatewayId>>();
  /** In how many rooms each gateway is interested: who they all are is known without a look at the rooms. */
  private readonly counts = new Map<GatewayId, number>();

  of(roomId: RoomId): ReadonlySet<GatewayId> {
    return this.byRoom.get(roomId) ?? NOBODY;
  }

  gateways(): Iterable<GatewayId> {
    return this.counts.keys();
  }

  add(roomId: RoomId, gatewayId: GatewayId): void {
    const gateways = this.byRoom.get(roomId) ?? new Set();
    if (gateways.has(gatewayId)) return;
    this.byRoom.set(roomId, gateways.add(gatewayId));
    this.counts.set(gatewayId, (this.counts.get(gatewayId) ?? 0) + 1);
  }

  drop(roomId: RoomId, gatewayId: GatewayId): void {
    const gateways = this.byRoom.get(roomId);
    if (gateways?.delete(gatewayId) !== true) return;
    if (gateways.size === 0) this.byRoom.delete(roomId);
    const left = (this.counts.get(gatewayId) ?? 1) - 1;
    if (left === 0) this.counts.delete(gatewayId);
    else this.counts.set(gatewayId, left);
  }

  /** They get nothing more until they register again; one look at the rooms for all of them. */
  forget(gatewayIds: ReadonlySet<GatewayId>): void {
    const here = [...gatewayIds].filter((gatewayId) => this.counts.delete(gatewayId));
    if (here.length === 0) return;
    for (const [roomId, gateways] of this.byRoom) {
      for (const gatewayId of here) gateways.delete(gatewayId);
      if (gateways.size === 0) this.byRoom.delete(roomId);
    }
  }
}
