import { DatabaseError, type Database, type PhysicalDatabase, type Row, whileReachable } from '@agent-chat/database';
import { AppError, groupBy, partitionOf } from '@agent-chat/kernel';

/** What `partitions_here` raises. */
const NOT_HERE = 'AC002';
/** A partition is hardly moved more often than this while one question is answered. */
const MAX_MAPS = 4;
/** A list doesn't wait for longer for one database when others have answered: it takes milliseconds. */
const LIST_PATIENCE_MS = 2_000;

type ShardPlaces = Pick<Database, 'shard' | 'reload'>;

/** Asks one database on behalf of certain partitions. */
export type AskShard = <R extends Row>(sql: string, parameters: readonly unknown[]) => Promise<R[]>;

/** The partition had left before it was asked; the map has been read again. */
class PartitionGoneError extends Error {}

/** Asks the database that holds a room. */
export async function askRoom<R extends Row>(database: Database, roomId: string, sql: string, parameters: readonly unknown[]): Promise<R[]> {
  return withMap(() => {
    const partition = partitionOf(roomId, database.partitionCount);
    return askOf(database, database.shard(partition), [partition])<R>(sql, parameters);
  });
}

/** Asks the database that holds a partition. */
export async function askPartition<R extends Row>(database: ShardPlaces, partition: number, sql: string, parameters: readonly unknown[]): Promise<R[]> {
  return withMap(() => askOf(database, database.shard(partition), [partition])<R>(sql, parameters));
}

/**
 * Asks a replica of the database that holds a room. Undefined where none is well, or `isFresh` finds its answer too old: then `askRoom` is to be asked.
 * A replica of a database that the room has left says so as well, once it knows.
 */
export async function askReplica<R extends Row>(
  database: Database,
  roomId: string,
  question: { readonly sql: string; readonly parameters: readonly unknown[] },
  isFresh: (rows: readonly R[]) => boolean,
): Promise<R[] | undefined> {
  const partition = partitionOf(roomId, database.partitionCount);
  const { sql, parameters } = question;
  return database.readReplica<R>(partition, guarded(sql, parameters), [...parameters, [partition]], isFresh);
}

/** A list over all databases. */
interface ListOfAll<R extends Row> {
  readonly rows: R[];
  /** Given where a database is away: what it holds is missing. */
  readonly incomplete?: true;
}

/**
 * Asks every physical database, all at once, and joins what they answer. `work` gets the partitions that count there: rows of others are copies
 * on their way, or remains. What a database holds that is away is missing, and the list says so. Rejects with UNAVAILABLE where all are away.
 */
export async function askAllShards<R extends Row>(
  database: Database,
  work: (ask: AskShard, partitions: readonly number[]) => Promise<R[]>,
): Promise<ListOfAll<R>> {
  return withMap(async () => {
    const all = Array.from({ length: database.partitionCount }, (_, partition) => partition);
    const places = groupBy(all, (partition) => database.shard(partition));
    const asked = [...places].map(([shard, partitions]) => whileReachable(inTime(work(askOf(database, shard, partitions), partitions), places.size > 1)));
    const answers = await Promise.allSettled(asked);
    const there = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value);
    const failures = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as Error);
    const [worst] = failures.filter((error) => there.length === 0 || !(error instanceof AppError && error.code === 'UNAVAILABLE'));
    if (worst !== undefined) throw worst;
    return { rows: there.flat(), ...(failures.length > 0 && { incomplete: true }) };
  });
}

/** Rejects with UNAVAILABLE where the answer takes too long, unless there is no other to go on with. */
async function inTime<Result>(work: Promise<Result>, isOneOfSeveral: boolean): Promise<Result> {
  if (!isOneOfSeveral) return work;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new AppError('UNAVAILABLE', { detail: 'A database did not answer in time', retryAfterMs: 1_000 })), LIST_PATIENCE_MS);
  });
  return Promise.race([work, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}

/** Asks, about things of several rooms, each database that holds some of them, once. */
export async function askByShard<Item, R extends Row>(
  database: Database,
  items: readonly Item[],
  roomIdOf: (item: Item) => string,
  work: (ask: AskShard, items: readonly Item[]) => Promise<R[]>,
): Promise<R[]> {
  return withMap(async () => {
    const partitionOfItem = (item: Item): number => partitionOf(roomIdOf(item), database.partitionCount);
    const places = groupBy(items, (item) => database.shard(partitionOfItem(item)));
    const answers = await Promise.all([...places].map(([shard, own]) => work(askOf(database, shard, [...new Set(own.map(partitionOfItem))]), own)));
    return answers.flat();
  });
}

/** What those databases answered that are there, and of the other items why not. */
interface Reached<Item, R extends Row> {
  readonly rows: readonly R[];
  readonly away: ReadonlyMap<Item, AppError>;
}

/** As `askByShard`, but a database that is away costs only the items that it holds. Where it holds all of them, the whole fails. */
export async function askThoseThere<Item, R extends Row>(
  database: Database,
  items: readonly Item[],
  roomIdOf: (item: Item) => string,
  work: (ask: AskShard, items: readonly Item[]) => Promise<R[]>,
): Promise<Reached<Item, R>> {
  const away = new Map<Item, AppError>();
  const rows = await askByShard(database, items, roomIdOf, async (ask, own) => {
    // The question may be put again, with another map.
    for (const item of own) away.delete(item);
    try {
      return await whileReachable(work(ask, own));
    } catch (error) {
      if (own.length === items.length || !(error instanceof AppError && error.code === 'UNAVAILABLE')) throw error;
      for (const item of own) away.set(item, error);
      return [];
    }
  });
  return { rows, away };
}

/** Puts the whole question again with the map that a move has left (P30). */
async function withMap<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let maps = 1; ; maps += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PartitionGoneError)) throw error;
      if (maps === MAX_MAPS) throw new AppError('UNAVAILABLE', { detail: 'These rooms are being moved', retryAfterMs: 1_000, cause: error });
    }
  }
}

function askOf(database: ShardPlaces, shard: PhysicalDatabase, partitions: readonly number[]): AskShard {
  return async <R extends Row>(sql: string, parameters: readonly unknown[]) => {
    try {
      return await shard.query<R>(guarded(sql, parameters), [...parameters, partitions]);
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.sqlState !== NOT_HERE) throw error;
    }
    // Between the two moments of a switch nobody writes, and what the map names is complete: it is before the switch, and the rest is removed after.
    await requireMapped(database, shard, partitions);
    const rows = await shard.query<R>(sql, parameters);
    await requireMapped(database, shard, partitions);
    return rows;
  };
}

/** Long texts that are looked up by what they are: one that is made anew each time would be read from end to end each time. */
const guards = new Map<string, string>();
const MAX_GUARDS = 256;

/** The same question, which fails unless all partitions in one more parameter are active there. */
function guarded(sql: string, parameters: readonly unknown[]): string {
  const known = guards.get(sql);
  if (known !== undefined) return known;
  const text = `SELECT answer.* FROM (${sql}) answer WHERE partitions_here($${parameters.length + 1}::int[])`;
  if (guards.size < MAX_GUARDS) guards.set(sql, text);
  return text;
}

async function requireMapped(database: ShardPlaces, shard: PhysicalDatabase, partitions: readonly number[]): Promise<void> {
  await database.reload();
  if (partitions.some((partition) => database.shard(partition) !== shard)) throw new PartitionGoneError();
}
