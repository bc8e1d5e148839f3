/** The name under which the directory's database stands in the shard map; an installation on one database has all its shards there. */
export const FIRST_DATABASE = 'main';
