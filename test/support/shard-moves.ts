import { type ShardMove } from '@agent-chat/contracts';
import { eventually, type TestServer } from '@agent-chat/testing';
import { Client } from 'pg';
import { askPostgres } from './ask-postgres';
import { type FaultyCluster } from './cluster-faults';
import { RestClient } from './rest-client';

const OPERATOR = 'mover';
const ENDS_WITHIN_MS = 90_000;
/** Any number will do. */
const HOLD = 4_711;

/**
 * What the directory is given, so that a move can be made to stand still in a phase: who writes its row then waits for a lock. A copy stands still with its
 * first rooms at the target, a switch with its source closed and nothing decided.
 */
const HOLDING = `
CREATE TABLE held_phase (phase text);
CREATE FUNCTION hold_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM held_phase WHERE phase = OLD.phase) AND (OLD.phase <> 'copying' OR NEW.copied > OLD.copied) THEN PERFORM pg_advisory_xact_lock_shared(${String(HOLD)}); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_move BEFORE UPDATE ON shard_moves FOR EACH ROW EXECUTE FUNCTION hold_move();`;

/** An operator of a cluster who moves shards by the endpoint, and can stop a move in its tracks. */
export class ShardMoves {
  /** Environment of the apps. */
  static readonly ENV = { OPERATORS: OPERATOR };

  private constructor(
    private readonly cluster: FaultyCluster,
    private readonly operator: RestClient,
    private readonly directory: Client,
  ) {}

  static async open(cluster: FaultyCluster): Promise<ShardMoves> {
    const { body } = await new RestClient(cluster.url).call('POST', '/auth/register', { username: OPERATOR, password: 'correct horse battery' });
    const { user, accessToken, refreshToken } = body as { user: { userId: string }; accessToken: string; refreshToken: string };
    const directory = new Client({ connectionString: cluster.settings['DATABASE_URL'] });
    await directory.connect();
    await directory.query(HOLDING);
    return new ShardMoves(cluster, new RestClient(cluster.url, { userId: user.userId, username: OPERATOR, accessToken, refreshToken }), directory);
  }

  async close(): Promise<void> {
    await this.directory.end();
  }

  /** Where a shard is, and where else it could be. */
  async placeOf(partition: number): Promise<{ readonly source: string; readonly target: string }> {
    const { body } = await this.operator.call('GET', '/operations/shards');
    const { databases, shards } = body as { databases: { name: string; shards: number }[]; shards: { partition: number; database: string }[] };
    const source = shards.find((shard) => shard.partition === partition)?.database ?? '';
    return { source, target: databases.find(({ name, shards: count }) => name !== source && count > 0)?.name ?? '' };
  }

  /** By the endpoint, asked again where no answer came: the same call begins one move. */
  async begin(partition: number, target: string): Promise<ShardMove> {
    const { body } = await eventually(() => this.operator.call('POST', `/operations/shards/${String(partition)}/move`, { target }));
    return body as ShardMove;
  }

  /** Cancels a move that stands still, as the first thing that happens to it when it goes on. */
  async cancelHeld(partition: number): Promise<void> {
    const cancelled = this.operator.call('DELETE', `/operations/shards/${String(partition)}/move`);
    await eventually(async () => {
      const { rowCount } = await this.directory.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%undoing%'`);
      if (rowCount === 0) throw new Error('Nobody waits to cancel');
    });
    await this.release();
    await cancelled;
  }

  /** Resolves with the move when it has ended. */
  async ended({ moveId }: ShardMove): Promise<ShardMove> {
    return eventually(
      async () => {
        const { body } = await this.operator.call('GET', '/operations/shards');
        const move = (body as { moves: ShardMove[] }).moves.find((each) => each.moveId === moveId);
        if (move?.endedAt === undefined) throw new Error(`It is ${move?.phase ?? 'nowhere'}: ${move?.error ?? 'nothing wrong'}`);
        return move;
      },
      { timeoutMs: ENDS_WITHIN_MS, intervalMs: 100 },
    );
  }

  /** From now on a move that comes to this phase stands still there. */
  async hold(phase: ShardMove['phase']): Promise<void> {
    await this.directory.query('SELECT pg_advisory_lock($1)', [HOLD]);
    await this.directory.query('INSERT INTO held_phase VALUES ($1)', [phase]);
  }

  /** Resolves when a move stands still. */
  async held(): Promise<void> {
    await eventually(
      async () => {
        const { rowCount } = await this.directory.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted`, [HOLD]);
        if (rowCount === 0) throw new Error('No move stands still');
      },
      { timeoutMs: ENDS_WITHIN_MS, intervalMs: 10 },
    );
  }

  /** Lets it go on. */
  async release(): Promise<void> {
    await this.directory.query('DELETE FROM held_phase');
    await this.directory.query('SELECT pg_advisory_unlock($1)', [HOLD]);
  }

  /** The process that runs the move, by what its metrics say. */
  async runner(): Promise<TestServer> {
    return eventually(async () => {
      for (const name of this.cluster.apps.filter((each) => each.startsWith('chat-'))) {
        const node = this.cluster.node(name);
        const answer = await fetch(`http://127.0.0.1:${String(node.port)}/api/metrics`);
        if (/^agent_chat_shard_moves_running\{.*\} 1$/m.test(await answer.text())) return node;
      }
      throw new Error('No process runs a move');
    });
  }

  /** How many rooms of a shard, and which state of it, a database holds. */
  async restIn(database: string, partition: number): Promise<{ readonly rooms: number; readonly state: string | undefined }> {
    const shards = JSON.parse(this.cluster.settings['SHARD_DATABASES'] ?? '{}') as Record<string, { url: string }>;
    const url = shards[database]?.url ?? '';
    const [rooms] = await askPostgres<{ count: string }>(url, 'SELECT count(*) FROM rooms WHERE partition = $1', [partition]);
    const [progress] = await askPostgres<{ state: string }>(url, 'SELECT state FROM partition_progress WHERE partition = $1', [partition]);
    return { rooms: Number(rooms?.count), state: progress?.state };
  }
}
