import { type LogEvent } from '@agent-chat/contracts';
import { Database, type PhysicalDatabase, type Queryable } from '@agent-chat/database';
import { type Projection } from '@agent-chat/messaging';
import { Injectable } from '@nestjs/common';
import { auditEntryOf } from '../domain/audit-entry';

/** The audit trail, a chain a partition. Nothing leaves it: built again from zero, it only gains what is missing, at its end. */
@Injectable()
export class AuditProjection implements Projection {
  readonly group = 'audit-chain';
  readonly gatherMs = 5_000;

  constructor(private readonly databases: Database) {}

  database(): PhysicalDatabase {
    return this.databases.directory();
  }

  async apply(connection: Queryable, events: readonly LogEvent[]): Promise<undefined> {
    const entries = events.map(auditEntryOf).filter((entry) => entry !== undefined);
    if (entries.length > 0) await connection.query('SELECT audit_append($1, $2)', [events[0]?.partition, JSON.stringify(entries)]);
  }

  async clear(): Promise<void> {
    // Append only: what is there is kept.
  }
}
