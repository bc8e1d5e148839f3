import { type User } from '@agent-chat/contracts';
import { type UserId } from '@agent-chat/kernel';

interface Waiting {
  readonly resolve: (user: User | null) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what is asked for in one turn of the event loop into one question. */
export class ProfileBatch {
  private readonly waiting = new Map<UserId, Waiting[]>();

  constructor(private readonly ask: (userIds: readonly UserId[]) => Promise<ReadonlyMap<UserId, User>>) {}

  /** One profile; null when there is no such user. Rejects as `ask` does. */
  async load(userId: UserId): Promise<User | null> {
    return new Promise((resolve, reject) => {
      // Flushed after the caches have answered for the other ids.
      if (this.waiting.size === 0) setImmediate(() => void this.flush());
      const others = this.waiting.get(userId);
      if (others === undefined) this.waiting.set(userId, [{ resolve, reject }]);
      else others.push({ resolve, reject });
    });
  }

  // Never rejects: each caller is told.
  private async flush(): Promise<void> {
    const batch = new Map(this.waiting);
    this.waiting.clear();
    try {
      const found = await this.ask([...batch.keys()]);
      for (const [userId, callers] of batch) for (const { resolve } of callers) resolve(found.get(userId) ?? null);
    } catch (error) {
      for (const callers of batch.values()) for (const { reject } of callers) reject(error);
    }
  }
}
