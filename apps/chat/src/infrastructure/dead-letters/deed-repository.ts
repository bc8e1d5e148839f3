import { OperatorActs } from '@agent-chat/audit';
import { type DeadLetter, type QueryInput } from '@agent-chat/contracts';
import { Database, type Row } from '@agent-chat/database';
import { AppError, newId, type UserId } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

const ASK = `
INSERT INTO dead_letter_acts (act_id, letter_id, act, actor_id, key, letter) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (actor_id, key) DO NOTHING RETURNING act_id`;
const DONE = 'UPDATE dead_letter_acts SET done_at = now() WHERE act_id = $1';
const FIELDS = 'SELECT act_id, act, actor_id, letter, asked_at, done_at FROM dead_letter_acts';
const OF = `${FIELDS} WHERE letter_id = $1 ORDER BY done_at IS NULL, asked_at DESC LIMIT 100`;
const BY_KEY = `${FIELDS} WHERE actor_id = $1 AND key = $2`;

interface DeedRow extends Row {
  readonly act_id: string;
  readonly act: Deed['act'];
  readonly actor_id: UserId;
  readonly letter: DeadLetter;
  readonly asked_at: string;
  readonly done_at: string | null;
}

/** What an operator did with a dead letter, or wants to have done. */
export interface Deed {
  readonly actId: string;
  readonly act: 'replay' | 'discard';
  readonly actorId: UserId;
  /** As it was answered. */
  readonly letter: DeadLetter;
  readonly askedAt: string;
  readonly doneAt: string | undefined;
}

/** An operator's call. */
export type DeedCall = QueryInput<'deadLetters.act'>;

/** Who did what with which dead letter. */
@Injectable()
export class DeedRepository {
  constructor(
    private readonly database: Database,
    private readonly acts: OperatorActs,
  ) {}

  /** Answers the deed's id; that of the same call, if it came twice at once. The audit trail has it from then on. */
  async ask(call: DeedCall, letter: DeadLetter): Promise<string> {
    const actId = newId<string>();
    const isNew = await this.database.directory().transaction(async (connection) => {
      const [asked] = await connection.query(ASK, [actId, call.id, call.act, call.actorId, call.key, letter]);
      if (asked !== undefined) await this.acts.note({ type: `deadLetter.${call.act}`, actorId: call.actorId, subjectId: call.id }, connection);
      return asked !== undefined;
    });
    return isNew ? actId : ((await this.byKey(call))?.actId ?? actId);
  }

  async done(actId: string): Promise<void> {
    await this.database.directory().query(DONE, [actId]);
  }

  /** Those that were done first, newest first. */
  async of(letterId: string): Promise<Deed[]> {
    return (await this.database.directory().query<DeedRow>(OF, [letterId])).map(toDeed);
  }

  /** What the same call did before. Rejects with IDEMPOTENCY_CONFLICT if its key was another's. */
  async byKey({ id, act, actorId, key }: DeedCall): Promise<Deed | undefined> {
    if (key === undefined) return undefined;
    const [row] = await this.database.directory().query<DeedRow>(BY_KEY, [actorId, key]);
    if (row !== undefined && (row.letter.id !== id || row.act !== act)) throw new AppError('IDEMPOTENCY_CONFLICT');
    return row && toDeed(row);
  }
}

function toDeed({ act_id, act, actor_id, letter, asked_at, done_at }: DeedRow): Deed {
  return { actId: act_id, act, actorId: actor_id, letter, askedAt: asked_at, doneAt: done_at ?? undefined };
}
