import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { auditEntryOf, type AuditEntry } from '../application/audit-entry';

const APPEND = `
INSERT INTO audit_trail (partition, position, room_id, seq, epoch, type, actor_id, subject_id, at)
SELECT * FROM unnest($1::int[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::uuid[], $8::text[], $9::timestamptz[])
ON CONFLICT (partition, position) DO NOTHING`;

/** The audit trail. Nothing leaves it: built again from zero, it only gains what is missing. */
@Injectable()
export class AuditProjection implements Projection {
  readonly group = 'audit';
  readonly gatherMs = 5_000;

  constructor(private readonly databases: Database) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    const entries = events.map(auditEntryOf).filter((entry) => entry !== undefined);
    const column = (key: keyof AuditEntry) => entries.map((entry) => entry[key] ?? null);
    const keys = ['partition', 'position', 'roomId', 'seq', 'epoch', 'type', 'actorId', 'subjectId', 'at'] as const;
    await connection.query(APPEND, keys.map(column));
  }

  async clear(): Promise<void> {
    // Append only: what is there is kept.
  }
}
