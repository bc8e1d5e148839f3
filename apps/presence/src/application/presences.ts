import { type Presence, type QueryInput } from '@agent-chat/contracts';
import { Clock, type UserId } from '@agent-chat/kernel';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { looksSame } from '../domain/combined-presence';
import { EphemeralPublisher } from './ephemeral-publisher';
import { PresenceBoard } from './presence-board';

const LOOK_MS = 5_000;

interface Known {
  presence: Presence;
  /** Nothing said by then means that the gateway is gone. */
  lapsesAtMs: number;
}

/** Who is there: takes reports in, notices who lapses, tells who watches. */
@Injectable()
export class Presences implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Presences.name);
  /** People whose reports came here lately; only they can lapse unnoticed elsewhere. */
  private readonly known = new Map<UserId, Known>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly board: PresenceBoard,
    private readonly publisher: EphemeralPublisher,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.lookForLapsed().catch((error: unknown) => this.logger.debug({ err: error }, 'Presence is away'));
    }, LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async report({ gatewayId, ttlMs, present, gone }: QueryInput<'presence.report'>): Promise<void> {
    const leaving = gone as UserId[];
    await Promise.all([
      ...present.map(({ userId, status, text }) => this.board.put(gatewayId, userId as UserId, { status, ...(text === undefined ? {} : { text }) }, ttlMs)),
      ...leaving.map((userId) => this.board.remove(gatewayId, userId)),
    ]);
    await this.tell([...present.map(({ userId }) => userId as UserId), ...leaving], this.clock.nowMs() + ttlMs);
  }

  /** Those whose gateway has stopped repeating them. */
  async lookForLapsed(): Promise<void> {
    const now = this.clock.nowMs();
    const lapsed: UserId[] = [];
    for (const [userId, { lapsesAtMs }] of this.known) {
      // Whoever was told of longest ago comes first: one who has not lapsed ends the look.
      if (lapsesAtMs > now) break;
      lapsed.push(userId);
    }
    if (lapsed.length === 0) return;
    const gone = (await this.board.read(lapsed)).filter(({ status }) => status === 'offline').map(({ userId }) => userId);
    await Promise.all(gone.map((userId) => this.board.markSeen(userId)));
    await this.tell(lapsed, now + LOOK_MS);
  }

  private async tell(userIds: readonly UserId[], lapsesAtMs: number): Promise<void> {
    for (const presence of await this.board.read(userIds)) {
      const userId = presence.userId;
      const before = this.known.get(userId);
      this.known.delete(userId);
      if (presence.status !== 'offline') this.known.set(userId, { presence, lapsesAtMs });
      if (!looksSame(before?.presence, presence)) this.publisher.publish({ type: 'presence', ...presence });
    }
  }
}
