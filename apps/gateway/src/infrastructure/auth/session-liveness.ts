import { Cache } from '@agent-chat/cache';
import { AppError, Clock, isUuid } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { DirectoryQueries } from './directory-queries';

// With the second that an invalidation may take elsewhere, an ended session is refused within 5 s.
const TTL_MS = 3_000;
const OUTAGE_PAUSE_MS = 2_000;
const MAX_ASK_MS = 2_000;
const MAX_KNOWN = 100_000;

const ALIVE = `select s.id from unnest($1::uuid[]) as s (id)
  join sessions on session_id = s.id and ended_at is null and expires_at > $2::timestamptz`;

/** Whether sessions of the built-in issuer go on. */
@Injectable()
export class SessionLiveness {
  // Those that were alive when last asked. While the directory is down they go on: nobody can end one then either.
  private readonly known = new Set<string>();
  private pausedUntilMs = 0;

  constructor(
    private readonly queries: DirectoryQueries,
    private readonly cache: Cache,
    private readonly clock: Clock,
  ) {}

  /** Resolves while the session goes on. Rejects with UNAUTHENTICATED once it has ended (5 s later at most); with UNAVAILABLE when the directory is down and it wasn't seen before. */
  async assertAlive(sessionId: string): Promise<void> {
    if (await this.isAlive(sessionId)) return;
    throw new AppError('UNAUTHENTICATED', { detail: 'The session has ended: log in again' });
  }

  /** Those that have ended, or never were. Rejects with UNAVAILABLE. */
  async endedAmong(sessionIds: readonly string[]): Promise<readonly string[]> {
    if (sessionIds.length === 0) return [];
    const alive = new Set(await this.aliveAmong(sessionIds.filter(isUuid)));
    return sessionIds.filter((id) => !alive.has(id));
  }

  /** Makes every node see soon that these have ended; this one at once. */
  async forget(sessionIds: readonly string[]): Promise<void> {
    for (const id of sessionIds) this.known.delete(id);
    await this.cache.invalidate(sessionIds.map(keyOf));
  }

  private async isAlive(sessionId: string): Promise<boolean> {
    if (!isUuid(sessionId)) return false;
    if (this.clock.nowMs() < this.pausedUntilMs && this.known.has(sessionId)) return true;
    try {
      const alive = await this.cache.getOrLoad(keyOf(sessionId), TTL_MS, () => this.ask(sessionId));
      this.remember(sessionId, alive);
      return alive;
    } catch (error) {
      this.pausedUntilMs = this.clock.nowMs() + OUTAGE_PAUSE_MS;
      if (this.known.has(sessionId)) return true;
      throw error;
    }
  }

  private async ask(sessionId: string): Promise<boolean> {
    // A server that doesn't answer at all would hold every call for as long as a connection may take.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new AppError('UNAVAILABLE', { detail: 'The user directory does not answer' })), MAX_ASK_MS);
    });
    try {
      return (await Promise.race([this.aliveAmong([sessionId]), late])).length > 0;
    } finally {
      clearTimeout(timer);
    }
  }

  private async aliveAmong(sessionIds: readonly string[]): Promise<string[]> {
    const rows = await this.queries.query<{ id: string }>(ALIVE, [sessionIds, this.clock.nowIso()]);
    return rows.map(({ id }) => id);
  }

  private remember(sessionId: string, alive: boolean): void {
    this.known.delete(sessionId);
    if (!alive) return;
    this.known.add(sessionId);
    if (this.known.size <= MAX_KNOWN) return;
    // A Set keeps the order of insertion: the first is the one not seen for the longest.
    for (const oldest of this.known) {
      this.known.delete(oldest);
      return;
    }
  }
}

function keyOf(sessionId: string): string {
  return `session:${sessionId}`;
}
