import { groupBy, partitionOf } from '@agent-chat/kernel';
import { type Database, type PhysicalDatabase, type Row } from '@agent-chat/database';

/** The database that holds a room. */
export function shardOf(database: Database, roomId: string): PhysicalDatabase {
  return database.shard(partitionOf(roomId, database.partitionCount));
}

/** Asks every physical database, all at once, and joins what they answer. One that fails fails the whole: half a list would lie. */
export async function askAllShards<R extends Row>(database: Database, ask: (shard: PhysicalDatabase) => Promise<R[]>): Promise<R[]> {
  const answers = await Promise.all(database.shards().map(ask));
  return answers.flat();
}

/** Things grouped by the physical database that holds their room. */
export function byShard<Item>(database: Database, items: readonly Item[], roomIdOf: (item: Item) => string): Map<PhysicalDatabase, Item[]> {
  return groupBy(items, (item) => shardOf(database, roomIdOf(item)));
}
