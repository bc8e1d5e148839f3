import { type Backplane } from '@agent-chat/backplane';
import { type GatewayId } from '@agent-chat/kernel';
import { Logger } from '@nestjs/common';
import { type OwnedPartition } from './owned-partition';

/** How often a gateway has to be missing, one look after the other: longer than any pause of a carrier that is not an end. */
const MISSING_LOOKS = 3;

/** Forgets the interest of gateways that are gone; else every event would be sent to each one that ever ran. One that was away tells anew (P23). */
export class DepartedGateways {
  private readonly logger = new Logger(DepartedGateways.name);
  private readonly missing = new Map<GatewayId, number>();

  constructor(private readonly backplane: Pick<Backplane, 'gateways'>) {}

  /** One look. Never rejects: while nobody can say who lives, nobody is forgotten. */
  async forget(partitions: Iterable<OwnedPartition>): Promise<void> {
    const owned = [...partitions];
    let live: ReadonlySet<GatewayId>;
    try {
      live = new Set(await this.backplane.gateways());
    } catch (error) {
      this.logger.debug({ err: error }, 'Nobody could say which gateways live');
      return;
    }
    const interested = new Set(owned.flatMap(({ interest }) => [...interest.gateways()]));
    const gone = this.goneOf(interested, live);
    if (gone.size > 0) for (const { interest } of owned) interest.forget(gone);
  }

  /** Those that were missing often enough, of all that interest is known of. */
  private goneOf(interested: ReadonlySet<GatewayId>, live: ReadonlySet<GatewayId>): ReadonlySet<GatewayId> {
    const gone = new Set<GatewayId>();
    for (const gatewayId of this.missing.keys()) if (live.has(gatewayId) || !interested.has(gatewayId)) this.missing.delete(gatewayId);
    for (const gatewayId of interested) {
      if (live.has(gatewayId)) continue;
      const looks = (this.missing.get(gatewayId) ?? 0) + 1;
      if (looks < MISSING_LOOKS) this.missing.set(gatewayId, looks);
      else {
        this.missing.delete(gatewayId);
        gone.add(gatewayId);
      }
    }
    return gone;
  }
}
