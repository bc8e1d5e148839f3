import { Database, type Queryable } from '@agent-chat/database';
import { Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

/** The chain of the audit trail that holds what operators did; the others are the partitions'. */
const OPERATORS_CHAIN = -1;

/** What an operator wants to have done. */
export interface OperatorAct {
  readonly type: 'deadLetter.replay' | 'deadLetter.discard' | 'shard.move' | 'shard.move.cancel' | 'audit.export' | 'audit.erase';
  readonly actorId: string;
  /** What it is done to. Never the id of a person who is to be forgotten. */
  readonly subjectId?: string;
}

/** Notes in the audit trail what operators do, before it is done: nothing happens of which nobody can say who wanted it. */
@Injectable()
export class OperatorActs {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Appends an act, in the caller's transaction of the directory where one is given. Rejects with a `DatabaseError`: then nothing may be done. */
  async note({ type, actorId, subjectId }: OperatorAct, connection: Queryable = this.database.directory()): Promise<void> {
    const entry = { type, at: this.clock.nowIso(), actor_id: actorId, subject_id: subjectId };
    await connection.query('SELECT audit_append($1, $2)', [OPERATORS_CHAIN, JSON.stringify([entry])]);
  }
}
