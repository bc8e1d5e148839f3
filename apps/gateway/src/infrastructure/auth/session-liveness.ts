import { AppError, Clock, Gatherer, isUuid } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { DirectoryQueries } from './directory-queries';

// With the time that a question may take, an ended session is refused within 5 s.
const TTL_MS = 3_000;
const OUTAGE_PAUSE_MS = 2_000;
const MAX_ASK_MS = 2_000;
const MAX_KNOWN = 100_000;

// The list is hidden from the planner, which would plan for each length of it anew.
const ALIVE = `select s.id from unnest((select $1::uuid[])) as s (id)
  join sessions on session_id = s.id and ended_at is null and expires_at > $2::timestamptz`;

/**
 * Whether sessions of the built-in issuer go on. Each process asks for itself: an answer this short-lived is asked for sooner, with all others that are needed in
 * the same turn, than it is found at a place that all processes share.
 */
@Injectable()
export class SessionLiveness {
  /** When those that were alive were last asked about, the one asked for longest ago first. While the directory is down they go on: nobody can end one then either. */
  private readonly known = new Map<string, number>();
  private readonly gatherer = new Gatherer<string, true>(async (ids) => new Map((await this.aliveAmong(ids)).map((id) => [id, true])));
  private pausedAtMs = -Infinity;
  /** Counts calls of `forget`: what was answered to a question from before one is not remembered. */
  private forgets = 0;

  constructor(
    private readonly queries: DirectoryQueries,
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

  /** These have ended: this process sees it at once, others within the time that an answer counts. */
  forget(sessionIds: readonly string[]): void {
    this.forgets += 1;
    for (const id of sessionIds) this.known.delete(id);
  }

  private async isAlive(sessionId: string): Promise<boolean> {
    if (!isUuid(sessionId)) return false;
    const nowMs = this.clock.nowMs();
    const askedAtMs = this.known.get(sessionId);
    if (askedAtMs !== undefined && (isWithin(nowMs, this.pausedAtMs, OUTAGE_PAUSE_MS) || isWithin(nowMs, askedAtMs, TTL_MS))) return true;
    const forgetsBefore = this.forgets;
    try {
      const isAlive = (await inTime(this.gatherer.load(sessionId))) === true;
      if (!isAlive) this.known.delete(sessionId);
      else if (this.forgets === forgetsBefore) this.remember(sessionId, nowMs);
      return isAlive;
    } catch (error) {
      this.pausedAtMs = this.clock.nowMs();
      if (this.known.has(sessionId)) return true;
      throw error;
    }
  }

  private async aliveAmong(sessionIds: readonly string[]): Promise<string[]> {
    const rows = await this.queries.query<{ id: string }>(ALIVE, [sessionIds, this.clock.nowIso()]);
    return rows.map(({ id }) => id);
  }

  private remember(sessionId: string, askedAtMs: number): void {
    this.known.delete(sessionId);
    this.known.set(sessionId, askedAtMs);
    if (this.known.size <= MAX_KNOWN) return;
    for (const [oldest] of this.known) {
      this.known.delete(oldest);
      return;
    }
  }
}

/** Whether it is less than so long ago; not where the clock was set back since. */
function isWithin(nowMs: number, startedAtMs: number, lengthMs: number): boolean {
  return nowMs >= startedAtMs && nowMs < startedAtMs + lengthMs;
}

/** A server that doesn't answer at all would hold every call for as long as a statement may take. */
async function inTime<Answer>(answering: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AppError('UNAVAILABLE', { detail: 'The user directory does not answer' })), MAX_ASK_MS);
  });
  try {
    return await Promise.race([answering, late]);
  } finally {
    clearTimeout(timer);
  }
}
