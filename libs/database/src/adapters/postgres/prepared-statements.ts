import { type PoolClient } from 'pg';
import { type DatabaseError } from '../../database-error';

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
/** What a server says that has no such statement, has another under that name, or whose tables have changed since. */
const FORGOTTEN = ['26000', '42P05', '0A000'];

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
      prepared.plannedAtMs = nowMs;
      await client.query('DISCARD PLANS');
    }
    return name;
  }

  private nameOf(sql: string): string | undefined {
    const known = this.names.get(sql);
    if (known !== undefined || this.names.size === MAX_NAMES) return known;
    const name = `agent_chat_${String(this.names.size)}`;
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

/** Whether the server knows a name otherwise than the driver: the statement was not begun, may go without one, and the connection is of no more use. */
export function isForgotten({ sqlState }: DatabaseError): boolean {
  return sqlState !== undefined && FORGOTTEN.includes(sqlState);
}

/** What the other side called the server's process when the connection was made: the driver keeps it to cancel statements. */
function toldPid(client: PoolClient): number | null | undefined {
  return (client as PoolClient & { readonly processID?: number | null }).processID;
}
