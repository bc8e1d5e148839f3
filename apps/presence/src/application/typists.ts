import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { Clock, type RoomId, type UserId } from '@agent-chat/kernel';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EphemeralPublisher } from './ephemeral-publisher';

/** Who doesn't repeat it has stopped typing. */
const TYPING_TTL_MS = 6_000;
const LOOK_MS = 1_000;

interface Typist {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly untilMs: number;
}

const typingKey = (roomId: RoomId): string => `presence:typing:${roomId}`;

/** Who is typing where. */
@Injectable()
export class Typists implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Typists.name);
  private readonly typing = new Map<string, Typist>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: EphemeralStore,
    private readonly publisher: EphemeralPublisher,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.lookForLapsed().catch((error: unknown) => this.logger.debug({ err: error }, 'Typing is away'));
    }, LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async set(roomId: RoomId, userId: UserId, typing: boolean): Promise<void> {
    const key = `${roomId}:${userId}`;
    if (typing) {
      await this.store.setField(typingKey(roomId), userId, '', TYPING_TTL_MS);
      // To the end: those who lapse first come first.
      this.typing.delete(key);
      this.typing.set(key, { roomId, userId, untilMs: this.clock.nowMs() + TYPING_TTL_MS });
    } else {
      await this.store.removeField(typingKey(roomId), userId);
      this.typing.delete(key);
    }
    this.publisher.publish({ type: 'typing', roomId, userId, typing });
  }

  /** Those who stopped without a word. Another process may have heard of them since. */
  async lookForLapsed(): Promise<void> {
    const now = this.clock.nowMs();
    const lapsed: Typist[] = [];
    for (const [key, typist] of this.typing) {
      if (typist.untilMs > now) break;
      this.typing.delete(key);
      lapsed.push(typist);
    }
    if (lapsed.length === 0) return;
    const fields = await this.store.fields(lapsed.map(({ roomId }) => typingKey(roomId)));
    for (const [at, { roomId, userId }] of lapsed.entries()) {
      if (fields[at]?.has(userId) !== true) this.publisher.publish({ type: 'typing', roomId, userId, typing: false });
    }
  }
}
