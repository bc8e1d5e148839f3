import { Backplane } from '@agent-chat/backplane';
import { type EphemeralItem } from '@agent-chat/contracts';
import { groupBy, type GatewayId } from '@agent-chat/kernel';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Watchers } from './watchers';

const COALESCE_MS = 500;

interface Notice {
  readonly gatewayId: GatewayId;
  readonly item: EphemeralItem;
}

/** Sends typing and presence to the gateways that have them open, coalesced: of one thing only the newest. */
@Injectable()
export class EphemeralPublisher implements OnModuleDestroy {
  private readonly logger = new Logger(EphemeralPublisher.name);
  private readonly waiting = new Map<string, EphemeralItem>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly backplane: Backplane,
    private readonly watchers: Watchers,
  ) {}

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  publish(item: EphemeralItem): void {
    this.waiting.set(item.type === 'typing' ? `${item.roomId}:${item.userId}` : item.userId, item);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush().catch((error: unknown) => this.logger.debug({ err: error }, 'Nobody was told of typing or presence'));
    }, COALESCE_MS).unref();
  }

  private async flush(): Promise<void> {
    const items = [...this.waiting.values()];
    this.waiting.clear();
    const typing = items.filter((item) => item.type === 'typing');
    const presence = items.filter((item) => item.type === 'presence');
    const notices = [
      ...noticesOf(typing, await this.watchers.ofRooms(typing.map(({ roomId }) => roomId))),
      ...noticesOf(presence, await this.watchers.ofUsers(presence.map(({ userId }) => userId))),
    ];
    for (const [gatewayId, own] of groupBy(notices, (notice) => notice.gatewayId)) {
      await this.backplane.publish([gatewayId], 'ephemeral', JSON.stringify({ items: own.map(({ item }) => item) }));
    }
  }
}

/** Each item for each of its gateways; `gateways` are in the order of the items. */
function noticesOf(items: readonly EphemeralItem[], gateways: readonly (readonly GatewayId[])[]): Notice[] {
  return items.flatMap((item, at) => (gateways[at] ?? []).map((gatewayId) => ({ gatewayId, item })));
}
