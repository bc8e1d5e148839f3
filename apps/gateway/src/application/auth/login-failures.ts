import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { AppError, Clock } from '@agent-chat/kernel';
import { Injectable, Logger } from '@nestjs/common';

const WINDOW_MS = 15 * 60_000;
const MAX_FAILURES = 10;

/** Counts wrong passwords by username, so that guessing one person's from many addresses ends too. */
@Injectable()
export class LoginFailures {
  private readonly logger = new Logger(LoginFailures.name);

  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
  ) {}

  /** Rejects with RATE_LIMITED once there were too many for this name. */
  async refuseIfTooMany(username: string): Promise<void> {
    const failures = await this.count(username, 0);
    if (failures < MAX_FAILURES) return;
    throw new AppError('RATE_LIMITED', { detail: 'Too many failed log-ins for this username', retryAfterMs: WINDOW_MS - (this.clock.nowMs() % WINDOW_MS) });
  }

  /** Counts one more. */
  async add(username: string): Promise<void> {
    await this.count(username, 1);
  }

  private async count(username: string, by: number): Promise<number> {
    const window = Math.floor(this.clock.nowMs() / WINDOW_MS);
    try {
      return await this.store.increment(`login-failures:${username}:${window}`, by, WINDOW_MS);
    } catch (error) {
      // Nobody is kept out because a counter is; the limit by address goes on.
      this.logger.warn({ err: error }, 'Failed log-ins are not counted');
      return 0;
    }
  }
}
