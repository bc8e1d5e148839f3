import { createHash } from 'node:crypto';
import { type PoolClient } from 'pg';
import { DatabaseError } from '../../database-error';

/** Of one connection. */
interface Prepared {
  /** Without a pooler between, which might give each transaction another server connection. */
  readonly isDirect: boolean;
  plannedAtMs: number;
}

/** As many texts get a name; what comes later is sent whole each time. */
const MAX_NAMES = 256;
/** Plans are made anew after this: a table that was tiny when they were made may be large, long before its statistics say so. */
const PLANS_KEPT_MS = 15_000;
/** Where in the server it is found that there is no such statement, that there is one under that name already, or that it would answer with other columns than it used to. */
const FORGETTING = new Set(['FetchPreparedStatement', 'StorePreparedStatement', 'RevalidateCachedQuery']);

/** The server wouldn't run a statement by its name: it has not begun, and the connection is of no more use for names. */
export class ForgottenStatementError extends DatabaseError {}

/**
 * Has statements parsed and planned once for a connection instead of each time, which takes longer than to run most of them. Only on connections that go straight
 * to a server: a pooler in transaction mode gives each transaction another one, which has heard of no name.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private readonly connections = new WeakMap<PoolClient, Prepared>();

  constructor(private readonly plansKeptMs = PLANS_KEPT_MS) {}

  /** The name that a statement goes under on this connection; undefined where it is to go without one. Rejects as the driver does. */
  async nameFor(client: PoolClient, sql: string): Promise<string | undefined> {
    const name = this.nameOf(sql);
    if (name === undefined) return undefined;
    const prepared = this.connections.get(client) ?? (await this.meet(client));
    if (!prepared.isDirect) return undefined;
    const nowMs = performance.now();
    if (nowMs - prepared.plannedAtMs > this.plansKeptMs) {
      await client.query('DISCARD PLANS');
      prepared.plannedAtMs = nowMs;
    }
    return name;
  }

  /** Made of the text: whatever server a name should come to, it never stands for another statement there. */
  private nameOf(sql: string): string | undefined {
    const known = this.names.get(sql);
    if (known !== undefined || this.names.size === MAX_NAMES) return known;
    const name = `agent_chat_${createHash('sha256').update(sql).digest('hex').slice(0, 32)}`;
    this.names.set(sql, name);
    return name;
  }

  /** A pooler tells its clients of processes that are none of the server's. */
  private async meet(client: PoolClient): Promise<Prepared> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const prepared = { isDirect: rows[0]?.pid === toldPid(client), plannedAtMs: performance.now() };
    this.connections.set(client, prepared);
    return prepared;
  }
}

/** The failure of a statement that went under a name, told apart where that was the reason. */
export function namedFailure(error: DatabaseError): DatabaseError {
  const { kind, sqlState, message, detail, cause } = error;
  const { routine = '' } = (cause ?? {}) as { readonly routine?: string };
  return FORGETTING.has(routine) ? new ForgottenStatementError(kind, sqlState, message, detail, cause) : error;
}

/** What the other side called the server's process when the connection was made: the driver keeps it to cancel statements. */
function toldPid(client: PoolClient): number | null | undefined {
  return (client as PoolClient & { readonly processID?: number | null }).processID;
}
