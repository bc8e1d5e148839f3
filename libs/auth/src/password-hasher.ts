import { hash, verify } from '@node-rs/argon2';
import { AppError } from '@agent-chat/kernel';

// OWASP's parameters for argon2id (the library's default variant).
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_RUNNING = 2;
const MAX_WAITING = 200;
const RETRY_AFTER_MS = 2_000;

/** Hashes passwords, few at a time: each takes a processor and 19 MiB for a while, which everybody else waits for. */
export class PasswordHasher {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  /** A salted hash that tells its own parameters. Rejects with UNAVAILABLE when too many wait. */
  async hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  /**
   * Whether the password is the one that was hashed. Without a hash (there is no such user) it takes as long and answers false,
   * so that time tells nobody which users exist. Rejects with UNAVAILABLE when too many wait.
   */
  async matches(password: string, hashed: string | undefined): Promise<boolean> {
    return this.inTurn(async () => {
      const against = hashed ?? (await this.decoyHash());
      const matches = await verify(against, password);
      return hashed !== undefined && matches;
    });
  }

  private decoyHash(): Promise<string> {
    // A failure is not kept: the next caller tries again.
    this.decoy ??= hash('nobody has this password', COST).catch((error: unknown) => {
      this.decoy = undefined;
      throw error;
    });
    return this.decoy;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < MAX_RUNNING) this.running++;
    else await this.queueUp();
    try {
      return await work();
    } finally {
      // Whoever is next takes over this turn, so that a newcomer can't slip in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  private async queueUp(): Promise<void> {
    if (this.waiting.length >= MAX_WAITING) {
      throw new AppError('UNAVAILABLE', { detail: 'Too many log-ins at once', retryAfterMs: RETRY_AFTER_MS });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
