import { type UserId } from '@agent-chat/kernel';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { GatewayInbox } from '../gateway-inbox';
import { type ProfileNotice } from '../profile-notices';
import { UserDirectory } from '../user-directory';
import { PresenceLink } from './presence-link';

/** Passes changed profiles on to the connections that watch those people: read once here, whoever many watch them. */
@Injectable()
export class ProfileWatch implements OnApplicationBootstrap {
  private readonly logger = new Logger(ProfileWatch.name);
  private readonly changed = new Set<UserId>();
  /** One read after the other: nothing older is told after something newer. */
  private telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly inbox: GatewayInbox,
    private readonly directory: UserDirectory,
    private readonly presence: PresenceLink,
  ) {}

  onApplicationBootstrap(): void {
    this.inbox.on('control', (message) => {
      const { type, userId } = JSON.parse(message) as Partial<ProfileNotice>;
      if (type === 'profile.changed' && userId !== undefined) this.tellSoon(userId);
    });
  }

  private tellSoon(userId: UserId): void {
    this.changed.add(userId);
    this.telling = this.telling
      .then(() => this.tell())
      .catch((error: unknown) => this.logger.debug({ err: error }, 'Nobody here was told of a changed profile'));
  }

  /** Everybody of whom word came meanwhile, at once. */
  private async tell(): Promise<void> {
    if (this.changed.size === 0) return;
    const userIds = [...this.changed];
    this.changed.clear();
    for (const user of await this.directory.current(userIds)) this.presence.tell({ type: 'profile', userId: user.userId, user });
  }
}
