import { OperatorActs } from '@agent-chat/audit';
import { type QueryInput } from '@agent-chat/contracts';
import { Database } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';

/** Takes people out of the audit trail. */
@Injectable()
export class AuditEraser {
  constructor(
    private readonly database: Database,
    private readonly acts: OperatorActs,
  ) {}

  /** Answers in how many entries the person was. That somebody was erased is noted, but not who. */
  async erase({ userId, actorId }: QueryInput<'audit.erase'>): Promise<number> {
    return this.database.directory().transaction(async (connection) => {
      await this.acts.note({ type: 'audit.erase', actorId }, connection);
      const [row] = await connection.query<{ entries: number }>('SELECT audit_erase($1) AS entries', [userId]);
      return row?.entries ?? 0;
    });
  }
}
