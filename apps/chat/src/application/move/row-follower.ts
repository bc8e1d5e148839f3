import { MOVED_TABLES, type MovedTable } from '../../infrastructure/move/moved-tables';
import { type LogChecksum } from '../../infrastructure/move/move-repository';
import { type Digest, type RowKey, type ShardSource } from '../../infrastructure/move/shard-source';
import { type ShardTarget } from '../../infrastructure/move/shard-target';

/** What arrived is not what was sent. */
export class ChecksumError extends Error {}

/** Keys compared at once. */
const COMPARED_KEYS = 500;
/** A slice holds rooms of about so many events, or a single larger one. */
const SLICE_EVENTS = 20_000;
const SLICE_ROOMS = 200;
const WHOLE_ATTEMPTS = 10;

/** Keeps the target like the source: copies, follows what is written meanwhile, and compares row by row. */
export class RowFollower {
  /** Rows that may differ: those written since they were last found equal. Nobody's else can (each write is noted). */
  private readonly suspects = new Map<MovedTable, Set<RowKey>>();

  constructor(
    private readonly source: ShardSource,
    private readonly target: ShardTarget,
  ) {}

  /** How many rows are not known to be equal. */
  get doubtful(): number {
    return [...this.suspects.values()].reduce((sum, keys) => sum + keys.size, 0);
  }

  /** The rooms after one, by id, that make a slice; empty at the end. */
  async slice(after: string | null): Promise<string[]> {
    const rooms = await this.source.rows.rooms(this.source.partition, after, SLICE_ROOMS);
    const roomIds: string[] = [];
    let events = 0;
    for (const { room_id, last_seq } of rooms) {
      if (roomIds.length > 0 && events + last_seq > SLICE_EVENTS) break;
      roomIds.push(room_id);
      events += last_seq;
    }
    return roomIds;
  }

  /** Copies all rows of some rooms; answers how many. */
  async copy(roomIds: readonly string[]): Promise<number> {
    let copied = 0;
    // Rooms first and what is found by messages last: whoever removes a half copy goes the other way.
    for (const table of [...MOVED_TABLES].reverse()) {
      await this.source.rows.ofRooms(table, roomIds, async (rows) => {
        await this.target.add(table, rows);
        copied += rows.length;
      });
    }
    return copied;
  }

  /** Brings over rows that were noted; answers how many notes there were. They are compared later. */
  async follow(): Promise<number> {
    const changes = await this.source.changes();
    if (changes.ids.length === 0) return 0;
    const read = [...changes.keys].map(async ([table, keys]) => ({ table, keys, rows: await this.source.rows.ofKeys(table, keys) }));
    await this.target.replace(await Promise.all(read));
    for (const [table, keys] of changes.keys) for (const key of keys) this.suspect(table, key);
    await this.source.forget(changes);
    return changes.ids.length;
  }

  /** Compares all rows of some rooms: those that differ become doubtful, for they may just have been written. */
  async compare(roomIds: readonly string[]): Promise<void> {
    for (const table of MOVED_TABLES) {
      const [here, there] = await Promise.all([this.source.rows.digestOfRooms(table, roomIds), this.target.rows.digestOfRooms(table, roomIds)]);
      if (isSame(here, there)) continue;
      const both = await Promise.all([this.source.rows.hashesOfRooms(table, roomIds), this.target.rows.hashesOfRooms(table, roomIds)]);
      for (const key of differing(...both)) this.suspect(table, key);
    }
  }

  /** Compares the doubtful rows again; those found equal are no longer doubtful. */
  async compareDoubtful(): Promise<void> {
    for (const [table, keys] of this.suspects) {
      const all = [...keys];
      for (let at = 0; at < all.length; at += COMPARED_KEYS) {
        const some = all.slice(at, at + COMPARED_KEYS);
        const [here, there] = await Promise.all([this.source.rows.digestOfKeys(table, some), this.target.rows.digestOfKeys(table, some)]);
        const unequal = isSame(here, there)
          ? new Set<RowKey>()
          : differing(...(await Promise.all([this.source.rows.hashesOfKeys(table, some), this.target.rows.hashesOfKeys(table, some)])));
        for (const key of some) if (!unequal.has(key)) keys.delete(key);
      }
    }
  }

  /** Once nobody writes: every row must be equal, and the log whole. Rejects with `ChecksumError`. */
  async verify(logAfter: number): Promise<void> {
    const { partition } = this.source;
    await this.compareDoubtful();
    const table = [...this.suspects].find(([, keys]) => keys.size > 0)?.[0].name;
    if (table !== undefined) throw new ChecksumError(`${String(this.doubtful)} rows differ, some of them in ${table}`);
    const [position, targetPosition, here, there] = await Promise.all([
      this.source.rows.position(partition),
      this.target.rows.position(partition),
      this.source.rows.logAfter(partition, logAfter),
      this.target.rows.logAfter(partition, logAfter),
    ]);
    if (here.count !== there.count || here.hash !== there.hash || here.last !== there.last || position !== targetPosition) {
      throw new ChecksumError(
        `The log ends with ${String(there.last)} (${String(there.count)} events) and not with ${String(here.last)} (${String(here.count)})`,
      );
    }
  }

  /** After the switch: the log up to it is still in the source, and has to be the same at the target. Rejects where it isn't. */
  async sameLog(): Promise<LogChecksum> {
    const { partition } = this.source;
    const position = await this.source.rows.position(partition);
    const [here, there] = await Promise.all([this.source.rows.logUpTo(partition, position), this.target.rows.logUpTo(partition, position)]);
    if (!isSame(here, there)) throw new Error(`The log that has moved is not the one that was left: ${described(there)}, not ${described(here)}`);
    return { events: here.count, checksum: checksumOf(here) };
  }

  /** Each room's log must have every event once. Rejects with `ChecksumError`. */
  async requireWholeLogs(roomIds: readonly string[]): Promise<void> {
    let broken = roomIds;
    // What was just written may have come in part: the next page brings the rest.
    for (let attempt = 0; attempt < WHOLE_ATTEMPTS; attempt += 1) {
      broken = await this.target.rows.brokenLogs(broken);
      if (broken.length === 0) return;
      await this.follow();
    }
    throw new ChecksumError(`The log of room ${broken[0] ?? ''} has a hole`);
  }

  private suspect(table: MovedTable, key: RowKey): void {
    const keys = this.suspects.get(table) ?? new Set<RowKey>();
    this.suspects.set(table, keys.add(key));
  }
}

/** The sum of the rows' hashes, in hexadecimal. */
function checksumOf({ hash }: Digest): string {
  return BigInt(hash).toString(16);
}

function described(digest: Digest): string {
  return `${String(digest.count)} events with the checksum ${checksumOf(digest)}`;
}

function isSame(one: Digest, other: Digest): boolean {
  return one.count === other.count && one.hash === other.hash;
}

function differing(here: ReadonlyMap<RowKey, string>, there: ReadonlyMap<RowKey, string>): Set<RowKey> {
  return new Set([...here.keys(), ...there.keys()].filter((key) => here.get(key) !== there.get(key)));
}
