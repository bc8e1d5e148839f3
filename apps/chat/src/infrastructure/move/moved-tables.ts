/** A table whose rows go with their room. */
export interface MovedTable {
  readonly name: string;
  /** The columns that name a row. */
  readonly key: readonly string[];
  /** Which rows `t` belong to the rooms in `$1`. */
  readonly ofRooms: string;
}

const BY_ROOM = 't.room_id = ANY($1::uuid[])';
// These have no index on the room.
const BY_MESSAGE = 't.message_id IN (SELECT m.message_id FROM messages m WHERE m.room_id = ANY($1::uuid[]))';

/** Everything a shard holds of its rooms, in the order in which it is removed: what is found by messages before them, rooms last. */
export const MOVED_TABLES: readonly MovedTable[] = [
  { name: 'message_revisions', key: ['message_id', 'seq'], ofRooms: BY_MESSAGE },
  { name: 'message_reactions', key: ['message_id', 'emoji', 'user_id'], ofRooms: BY_MESSAGE },
  { name: 'message_attachments', key: ['attachment_id'], ofRooms: BY_MESSAGE },
  { name: 'message_search', key: ['message_id'], ofRooms: BY_ROOM },
  { name: 'messages', key: ['room_id', 'seq'], ofRooms: BY_ROOM },
  { name: 'room_events', key: ['room_id', 'seq', 'created_at'], ofRooms: BY_ROOM },
  { name: 'message_keys', key: ['room_id', 'actor_id', 'key'], ofRooms: BY_ROOM },
  { name: 'read_watermarks', key: ['room_id', 'user_id'], ofRooms: BY_ROOM },
  { name: 'room_mentions', key: ['room_id', 'user_id', 'seq'], ofRooms: BY_ROOM },
  { name: 'invites', key: ['room_id', 'user_id'], ofRooms: BY_ROOM },
  { name: 'bans', key: ['room_id', 'user_id'], ofRooms: BY_ROOM },
  { name: 'left_muted', key: ['room_id', 'user_id'], ofRooms: BY_ROOM },
  { name: 'members', key: ['room_id', 'user_id'], ofRooms: BY_ROOM },
  { name: 'rooms', key: ['room_id'], ofRooms: BY_ROOM },
];

/** Few rows a shard, each with its partition: copied whole when nobody writes any more. Positions of consumers elsewhere are none of a shard's. */
export const PARTITION_TABLES: readonly MovedTable[] = [
  { name: 'consumer_positions', key: ['consumer', 'partition'], ofRooms: `t.partition = $1 AND t.consumer = 'search'` },
  { name: 'dead_events', key: ['consumer', 'partition', 'position'], ofRooms: `t.partition = $1 AND t.consumer = 'search'` },
  { name: 'partition_progress', key: ['partition'], ofRooms: 't.partition = $1' },
];

/** A row's key inside a JSON value, of a row `t`. */
export function keyJson({ key }: MovedTable): string {
  return `jsonb_build_object(${key.map((column) => `'${column}', t.${column}`).join(', ')})`;
}

/** A row's hash as a number, of a row `t`: sums of it depend on no order. */
export const ROW_HASH = `('x' || left(md5(t::text), 15))::bit(60)::bigint`;

/** The same of an event's place in its logs. */
export const PLACE_HASH = `('x' || left(md5(concat_ws(' ', t.position, t.room_id, t.epoch, t.seq, t.type, t.actor_id, t.request_id)), 15))::bit(60)::bigint`;

/** Rows `t` of the keys in `$1`. */
export function rowsOfKeys({ name, key }: MovedTable): string {
  return `${name} t JOIN json_populate_recordset(null::${name}, $1::json) k ON ${key.map((column) => `t.${column} = k.${column}`).join(' AND ')}`;
}

/** Writes the rows in `$1`, over those of the same keys. */
export function writeRows({ name, key }: MovedTable): string {
  return `INSERT INTO ${name} SELECT * FROM json_populate_recordset(null::${name}, $1::json) ON CONFLICT (${key.join(', ')}) DO NOTHING`;
}

/** Removes the rows of the keys in `$1`. */
export function removeKeys({ name, key }: MovedTable): string {
  return `DELETE FROM ${name} t USING json_populate_recordset(null::${name}, $1::json) k WHERE ${key.map((column) => `t.${column} = k.${column}`).join(' AND ')}`;
}
