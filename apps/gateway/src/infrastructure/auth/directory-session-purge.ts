import { AppConfig } from '@agent-chat/config';
import { Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { type Purged, SessionPurge } from '../../application/auth/session-purge';
import { DirectoryQueries } from './directory-queries';

// Small enough that no statement holds its locks for long.
const BATCH = 5_000;
const DAY_MS = 86_400_000;

const SESSIONS = `with gone as (
    delete from sessions where session_id = any(array(
      select session_id from sessions where expires_at < $1::timestamptz or ended_at < $1::timestamptz limit ${BATCH})) returning 1)
  select count(*)::int as count from gone`;
const TOKENS = `with gone as (
    delete from refresh_tokens where token_id = any(array(
      select token_id from refresh_tokens where used_at < $1::timestamptz limit ${BATCH})) returning 1)
  select count(*)::int as count from gone`;

/** Purges the directory database, in small statements. */
@Injectable()
export class DirectorySessionPurge extends SessionPurge {
  constructor(
    private readonly queries: DirectoryQueries,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    super();
  }

  override async run(): Promise<Purged> {
    const nowMs = this.clock.nowMs();
    const sessions = await this.drain(SESSIONS, nowMs - DAY_MS);
    const tokens = await this.drain(TOKENS, nowMs - this.config.auth.refreshTokenTtlSec * 1_000);
    return { sessions, tokens };
  }

  private async drain(statement: string, beforeMs: number): Promise<number> {
    let total = 0;
    for (;;) {
      const [row] = await this.queries.query<{ count: number }>(statement, [new Date(beforeMs).toISOString()]);
      const count = row?.count ?? 0;
      total += count;
      if (count < BATCH) return total;
    }
  }
}
