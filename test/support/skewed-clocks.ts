import { writeFile } from 'node:fs/promises';
import { askPostgres } from './ask-postgres';
import { type FaultyCluster } from './cluster-faults';
import { type Fault } from './fault-load';

/** By how much a stored time may differ from the database's clock. */
const TOLERANCE_S = 5;

/** Clocks of single processes that can be set while these run. */
export class SkewedClocks {
  private readonly files: Readonly<Record<string, string>>;
  private readonly databases: readonly string[];

  constructor({ settings }: FaultyCluster) {
    this.files = JSON.parse(settings['CLOCKS'] ?? '{}') as Record<string, string>;
    this.databases = Object.values(JSON.parse(settings['SHARD_DATABASES'] ?? '{}') as Record<string, { url: string }>).map(({ url }) => url);
  }

  /** The clock of a process is off by that much at once, and right again later: it jumps both ways. */
  jump(name: string, byS: number, lastsMs: number): Fault {
    const hours = `${byS > 0 ? '+' : ''}${String(byS / 3_600)} h`;
    return {
      name: `the clock of ${name} jumps by ${hours} and back ${String(lastsMs / 1_000)} s later`,
      begin: () => this.set(name, `${byS > 0 ? '+' : ''}${String(byS)}`),
      mend: () => this.set(name, '+0'),
      lastsMs,
    };
  }

  /** In all partitions: events whose time lies before that of the one before them, or ahead of the database's clock. */
  async wrongTimes(): Promise<{ readonly back: number; readonly ahead: number }> {
    const counts = await Promise.all(this.databases.map((url) => wrongTimesIn(url)));
    return { back: counts.reduce((sum, { back }) => sum + back, 0), ahead: counts.reduce((sum, { ahead }) => sum + ahead, 0) };
  }

  private async set(name: string, offset: string): Promise<void> {
    const file = this.files[name];
    if (file === undefined) throw new Error(`${name} was started without a clock of its own`);
    await writeFile(file, offset);
  }
}

async function wrongTimesIn(url: string): Promise<{ back: number; ahead: number }> {
  const [counts] = await askPostgres<{ back: number; ahead: number }>(
    url,
    `SELECT count(*) FILTER (WHERE created_at < before)::int AS back,
            count(*) FILTER (WHERE created_at > clock_timestamp() + make_interval(secs => $1))::int AS ahead
       FROM (SELECT created_at, lag(created_at) OVER (PARTITION BY partition ORDER BY position) AS before FROM room_events) AS times`,
    [TOLERANCE_S],
  );
  return counts ?? { back: 0, ahead: 0 };
}
