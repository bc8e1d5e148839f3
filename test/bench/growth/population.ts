import { KeyRing, type Principal, type SigningKey, TokenIssuer } from '@agent-chat/auth';
import { groupBy, newId, partitionOf, type RoomId, SystemClock, type UserId } from '@agent-chat/kernel';
import { Client } from 'pg';
import { type GrowthCluster } from './growth-cluster';

/** Somebody who is registered and logged in. */
export interface Person {
  readonly userId: UserId;
  readonly token: string;
}

const TOKEN_TTL_MS = 3_600_000;
const CHUNK = 50_000;

class OneKey extends KeyRing {
  constructor(private readonly key: SigningKey) {
    super();
  }
  override current(): Promise<SigningKey> {
    return Promise.resolve(this.key);
  }
  override find(): Promise<SigningKey | undefined> {
    return Promise.resolve(this.key);
  }
  override all(): Promise<readonly SigningKey[]> {
    return Promise.resolve([this.key]);
  }
}

/**
 * People and rooms written straight into the tables, as the services would have written them: a hundred thousand registrations over REST would take hours,
 * for a password is hashed slowly on purpose.
 */
export class Populace {
  private readonly partitionHome = new Map<number, string>();
  private tokens: TokenIssuer | undefined;

  private constructor(
    private readonly cluster: GrowthCluster,
    private readonly directory: Client,
    private readonly shards: ReadonlyMap<string, Client>,
  ) {}

  static async open(cluster: GrowthCluster): Promise<Populace> {
    const connect = async (url: string): Promise<Client> => {
      const client = new Client({ connectionString: url });
      await client.connect();
      return client;
    };
    const shards = await Promise.all(Object.entries(cluster.shardUrls).map(async ([name, url]) => [name, await connect(url)] as const));
    return new Populace(cluster, await connect(cluster.directoryUrl), new Map(shards));
  }

  async people(count: number): Promise<Person[]> {
    const people = Array.from({ length: count }, () => ({ userId: newId<UserId>(), sessionId: newId() }));
    const [userIds, sessionIds] = [people.map(({ userId }) => userId), people.map(({ sessionId }) => sessionId)];
    await this.directory.query(
      `INSERT INTO users (user_id, username, display_name, search_name, created_at)
       SELECT id, 'p' || replace(id::text, '-', ''), 'Person', 'person', now() FROM unnest($1::uuid[]) AS id`,
      [userIds],
    );
    await this.directory.query(
      `INSERT INTO sessions (session_id, user_id, created_at, refreshed_at, expires_at)
       SELECT sid, uid, now(), now(), now() + interval '30 days' FROM unnest($1::uuid[], $2::uuid[]) AS given (sid, uid)`,
      [sessionIds, userIds],
    );
    const issuer = await this.issuer();
    const expiresAtMs = new SystemClock().nowMs() + TOKEN_TTL_MS;
    const tokenOf = ({ userId, sessionId }: (typeof people)[number]): Promise<string> =>
      issuer.issue('access', { userId, sessionId, roles: [], expiresAtMs } satisfies Principal);
    return Promise.all(people.map(async (person) => ({ userId: person.userId, token: await tokenOf(person) })));
  }

  /** One room for each list of members; the first of them owns it. */
  async rooms(memberLists: readonly (readonly UserId[])[]): Promise<RoomId[]> {
    const homes = await this.homes();
    const rooms = memberLists.map((members) => ({ roomId: newId<RoomId>(), members }));
    const byHome = groupBy(rooms, ({ roomId }) => homes.get(partitionOf(roomId, homes.size)) ?? '');
    for (const [home, own] of byHome) {
      for (let from = 0; from < own.length; from += CHUNK) await this.insert(this.shards.get(home), own.slice(from, from + CHUNK), homes.size);
    }
    for (const [home] of byHome) await this.shards.get(home)?.query('ANALYZE rooms, members');
    return rooms.map(({ roomId }) => roomId);
  }

  async close(): Promise<void> {
    await Promise.all([this.directory, ...this.shards.values()].map((client) => client.end()));
  }

  private async insert(shard: Client | undefined, rooms: readonly { roomId: RoomId; members: readonly UserId[] }[], partitions: number): Promise<void> {
    if (shard === undefined) throw new Error('A partition is in no known database');
    await shard.query(
      `INSERT INTO rooms (room_id, partition, kind, name, topic, last_seq, member_count, created_at, updated_at, active_at)
       SELECT id, place, 'private', 'grown', '', 1, members, now(), now(), now() FROM unnest($1::uuid[], $2::int[], $3::int[]) AS given (id, place, members)`,
      [rooms.map(({ roomId }) => roomId), rooms.map(({ roomId }) => partitionOf(roomId, partitions)), rooms.map(({ members }) => members.length)],
    );
    await shard.query(
      `INSERT INTO members (room_id, user_id, role, joined_at)
       SELECT room, person, CASE WHEN first THEN 'owner' ELSE 'member' END, now() FROM unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS given (room, person, first)`,
      [
        rooms.flatMap(({ roomId, members }) => members.map(() => roomId)),
        rooms.flatMap(({ members }) => members),
        rooms.flatMap(({ members }) => members.map((_, place) => place === 0)),
      ],
    );
  }

  private async homes(): Promise<ReadonlyMap<number, string>> {
    if (this.partitionHome.size > 0) return this.partitionHome;
    const { rows } = await this.directory.query<{ partition: number; database: string }>('SELECT partition, database FROM shard_map');
    for (const { partition, database } of rows) this.partitionHome.set(partition, database);
    return this.partitionHome;
  }

  private async issuer(): Promise<TokenIssuer> {
    if (this.tokens !== undefined) return this.tokens;
    // The first look at the public keys makes the first key.
    await fetch(`${this.cluster.urls[0] ?? ''}/.well-known/jwks.json`);
    const { rows } = await this.directory.query<{ kid: string; private_jwk: SigningKey['privateJwk'] }>(
      'SELECT kid, private_jwk FROM signing_keys WHERE retired_at IS NULL',
    );
    const [row] = rows;
    if (row === undefined) throw new Error('There is no key to sign tokens with');
    this.tokens = new TokenIssuer(this.cluster.issuer, new OneKey({ kid: row.kid, privateJwk: row.private_jwk, createdAtMs: 0 }), new SystemClock());
    return this.tokens;
  }
}
