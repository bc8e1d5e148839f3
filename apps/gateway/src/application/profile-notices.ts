import { Backplane } from '@agent-chat/backplane';
import { type GatewayId, type UserId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger } from '@nestjs/common';

const ASK_TIMEOUT_MS = 5_000;

/** What gateways tell each other of a profile: that it changed, not to what. Notices may overtake each other; what each gateway reads then is the newest. */
export interface ProfileNotice {
  readonly type: 'profile.changed';
  readonly userId: UserId;
}

/** Tells the gateways that have somebody open that their profile changed. All of it may be lost. */
@Injectable()
export class ProfileNotices {
  private readonly logger = new Logger(ProfileNotices.name);

  constructor(
    private readonly queries: QueryBus,
    private readonly backplane: Backplane,
  ) {}

  /** After the change is stored. Nobody waits for it. */
  changed(userId: UserId): void {
    this.publish({ type: 'profile.changed', userId }).catch((error: unknown) => this.logger.debug({ err: error }, 'Nobody was told of a changed profile'));
  }

  private async publish(notice: ProfileNotice): Promise<void> {
    const { users } = await this.queries.ask('presence.watchers', { userIds: [notice.userId] }, { timeoutMs: ASK_TIMEOUT_MS });
    const gatewayIds = users.flatMap((user) => user.gatewayIds) as GatewayId[];
    if (gatewayIds.length > 0) await this.backplane.publish(gatewayIds, 'control', JSON.stringify(notice));
  }
}
