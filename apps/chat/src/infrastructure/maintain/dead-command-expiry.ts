import { Database, type Row } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';

/** Longer than their topic keeps them: what is gone does not come back. */
const KEPT_DAYS = 45;

const EXPIRE = `
WITH gone AS (DELETE FROM dead_commands WHERE failed_at < now() - $1 * interval '1 day' RETURNING 1)
SELECT count(*) AS removed FROM gone`;

interface RemovedRow extends Row {
  readonly removed: number;
}

/** Forgets dead commands that nobody wanted. They hold what people wrote. */
@Injectable()
export class DeadCommandExpiry {
  constructor(private readonly database: Database) {}

  /** Answers how many were removed. */
  async expire(): Promise<number> {
    const [row] = await this.database.directory().query<RemovedRow>(EXPIRE, [KEPT_DAYS]);
    return row?.removed ?? 0;
  }
}
