import { DELIVERY_STEPS_MS, type QueryAnswer, type QueryInput } from '@agent-chat/contracts';
import { Database, type Queryable, type Row } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';
import { percentile, type Step } from '../domain/percentile';
import { unitsIn, type UnitRange } from '../domain/time-units';

// Reports of one process, which may come twice at once, take turns.
const HOLD = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
const SPREAD = `CROSS JOIN (VALUES ('minute'), ('hour'), ('day')) AS units (unit)`;
const ADD = 'ON CONFLICT (series, unit, at, label) DO UPDATE SET count = stored.count + excluded.count';
const OBSERVE = `
WITH given AS (
  SELECT minute, series, label, max(count) AS count FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::bigint[]) AS g (minute, series, label, count)
  GROUP BY minute, series, label
), fresh AS MATERIALIZED (
  SELECT given.*, given.count - coalesce(known.count, 0) AS more FROM given
  LEFT JOIN figure_observations known ON known.process_id = $1 AND known.minute = given.minute AND known.series = given.series AND known.label = given.label
  WHERE given.count > coalesce(known.count, 0) AND given.minute >= $6
), stored AS (
  INSERT INTO figure_observations (process_id, minute, series, label, count) SELECT $1, minute, series, label, count FROM fresh
  ON CONFLICT (minute, process_id, series, label) DO UPDATE SET count = excluded.count
)
INSERT INTO figures_observed AS stored (series, unit, at, label, count)
SELECT series, unit, date_trunc(unit, minute, 'UTC'), label, sum(more) FROM fresh ${SPREAD} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
${ADD}`;

const FIRST_DAY = `SELECT date_trunc('day', min(minute), 'UTC') AS day FROM figure_observations`;
const FORGET = 'DELETE FROM figures_observed WHERE at >= $1';
const SUM_UP = `
INSERT INTO figures_observed AS stored (series, unit, at, label, count)
SELECT series, unit, date_trunc(unit, minute, 'UTC'), label, sum(count) FROM figure_observations ${SPREAD} WHERE minute >= $1 GROUP BY 1, 2, 3, 4
${ADD}`;

const READ = 'SELECT at, label, count FROM figures_observed WHERE series = $1 AND unit = $2 AND at >= $3 AND at <= $4';

interface CountRow extends Row {
  readonly at: string;
  readonly label: string;
  readonly count: number;
}

/** What processes observed, and its sums. */
@Injectable()
export class ObservationsRepository {
  constructor(private readonly database: Database) {}

  /** Takes a report in; what is older than `oldestMinute` is too late. Each process's whole count of a minute counts once. */
  async observe({ processId, observations }: QueryInput<'figures.observe'>, oldestMinute: string): Promise<void> {
    const column = (key: keyof (typeof observations)[number]) => observations.map((observation) => observation[key]);
    await this.database.directory().transaction(async (connection) => {
      await connection.query(HOLD, [processId]);
      await connection.query(OBSERVE, [processId, column('minute'), column('series'), column('label'), column('count'), oldestMinute]);
    });
  }

  /** Sums up again what is still known process by process: it comes to the same. Rejects with a `DatabaseError`. */
  async sumUpAgain(connection: Queryable): Promise<void> {
    await connection.query('LOCK TABLE figure_observations IN SHARE MODE');
    const [first] = await connection.query<{ day: string | null }>(FIRST_DAY);
    if (typeof first?.day !== 'string') return;
    await connection.query(FORGET, [first.day]);
    await connection.query(SUM_UP, [first.day]);
  }

  async delivery(range: UnitRange): Promise<QueryAnswer<'figures.delivery'>> {
    const points = await this.points('delivery', range);
    return { points: points.map(({ at, counts }) => ({ at, ...timesOf(counts) })) };
  }

  async errors(range: UnitRange): Promise<QueryAnswer<'figures.errors'>> {
    const points = await this.points('error', range);
    const most = (one: { count: number; code: string }, other: { count: number; code: string }): number =>
      other.count - one.count || (one.code < other.code ? -1 : 1);
    return { points: points.map(({ at, counts }) => ({ at, errors: [...counts].map(([code, count]) => ({ code, count })).sort(most) })) };
  }

  private async points(series: string, range: UnitRange): Promise<{ at: string; counts: Map<string, number> }[]> {
    const units = unitsIn(range);
    const rows = await this.database.directory().query<CountRow>(READ, [series, range.unit, units[0], units[units.length - 1]]);
    const known = new Map(units.map((at) => [at, new Map<string, number>()]));
    for (const { at, label, count } of rows) known.get(at)?.set(label, count);
    return [...known].map(([at, counts]) => ({ at, counts }));
  }
}

function timesOf(counts: ReadonlyMap<string, number>): Omit<QueryAnswer<'figures.delivery'>['points'][number], 'at'> {
  const steps: Step[] = DELIVERY_STEPS_MS.map((upToMs) => ({ upToMs, count: counts.get(String(upToMs)) ?? 0 }));
  const deliveries = steps.reduce((sum, { count }) => sum + count, 0);
  if (deliveries === 0) return { deliveries };
  return { deliveries, p50Ms: percentile(steps, 0.5), p95Ms: percentile(steps, 0.95), p99Ms: percentile(steps, 0.99) };
}
