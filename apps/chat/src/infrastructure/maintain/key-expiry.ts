import { KEY_WINDOW_MS } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Row } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';

// Holds the partitions so that none is moved away meanwhile (P30). Answers how many were removed.
const EXPIRE = `
WITH held AS (SELECT partition FROM partition_progress WHERE state = 'active' ORDER BY partition FOR KEY SHARE),
  gone AS (
    DELETE FROM message_keys WHERE ctid = ANY(ARRAY(
      SELECT k.ctid FROM message_keys k JOIN rooms r ON r.room_id = k.room_id
      WHERE k.created_at < now() - $1 * interval '1 millisecond' AND r.partition IN (SELECT partition FROM held) LIMIT $2))
    RETURNING 1)
SELECT count(*) AS removed FROM gone`;

interface RemovedRow extends Row {
  readonly removed: number;
}

/** Forgets idempotency keys past their window. */
@Injectable()
export class KeyExpiry {
  constructor(private readonly database: Database) {}

  /** Slice by slice, so that no statement holds anything for long; answers how many were removed. */
  async expire(sliceSize = 5_000): Promise<number> {
    const removed = await Promise.all(this.database.shards().map((shard) => expireIn(shard, sliceSize)));
    return removed.reduce((sum, count) => sum + count, 0);
  }
}

async function expireIn(shard: PhysicalDatabase, sliceSize: number): Promise<number> {
  for (let total = 0; ;) {
    const [row] = await shard.query<RemovedRow>(EXPIRE, [KEY_WINDOW_MS, sliceSize]);
    const removed = row?.removed ?? 0;
    total += removed;
    if (removed < sliceSize) return total;
  }
}
