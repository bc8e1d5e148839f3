import { Backplane } from '@agent-chat/backplane';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { GatewayInbox } from '../gateway-inbox';
import { HeadsCheck } from './heads-check';
import { InterestRegistry } from './interest-registry';
import { RoomIndex } from './room-index';

/** So often that an event is delivered within 2 s although nobody could publish it. */
const WATCH_MS = 1_500;
/** After the carrier is back: who subscribes to it may be a moment behind who asks it. */
const CHECKS_AFTERWARDS = 3;
/** This process stood still for longer than its lease lasts: owners may have forgotten it meanwhile. */
const STOOD_STILL_MS = 5_000;

/** While the backplane doesn't reach this gateway, the logs of its rooms are polled instead; when it does again, the owners are told anew. */
@Injectable()
export class BackplaneWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BackplaneWatch.name);
  private timer: NodeJS.Timeout | undefined;
  private checksLeft = 0;
  private isLooking = false;
  private lookedAtMs = performance.now();

  constructor(
    private readonly backplane: Backplane,
    private readonly inbox: GatewayInbox,
    private readonly index: RoomIndex,
    private readonly interest: InterestRegistry,
    private readonly heads: HeadsCheck,
  ) {}

  onApplicationBootstrap(): void {
    this.lookedAtMs = performance.now();
    this.timer = setInterval(() => {
      // One that waits for an answer is not overtaken.
      if (this.isLooking) return;
      this.isLooking = true;
      this.look()
        .catch((error: unknown) => this.logger.warn({ err: error }, 'Rooms could not be polled'))
        .finally(() => (this.isLooking = false));
    }, WATCH_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** One look at the backplane, and at the logs where it has to be. */
  async look(): Promise<void> {
    const nowMs = performance.now();
    const stoodStill = nowMs - this.lookedAtMs > WATCH_MS + STOOD_STILL_MS;
    this.lookedAtMs = nowMs;
    const isReached = !stoodStill && (await this.isReached());
    if (isReached && this.checksLeft === 0) return;
    if (isReached) {
      if (this.checksLeft === CHECKS_AFTERWARDS) this.interest.renewAll();
      this.checksLeft -= 1;
    } else this.checksLeft = CHECKS_AFTERWARDS;
    await this.heads.check(this.index.ids());
  }

  /** Whether this gateway's own lease lives: it is renewed by what receives its messages. */
  private async isReached(): Promise<boolean> {
    try {
      return await this.backplane.lives(this.inbox.gatewayId);
    } catch {
      return false;
    }
  }
}
