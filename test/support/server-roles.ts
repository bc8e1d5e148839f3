import { eventually, type TestServer } from '@agent-chat/testing';
import { COMMANDS_TOPIC } from '@agent-chat/contracts';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { type FaultyCluster } from './cluster-faults';

const HOST = '127.0.0.1';
const ANSWER_LIMIT_MS = 2_000;
const WHOLE = { timeoutMs: 120_000, intervalMs: 200 };
/** Which broker a controller has told to the others, in the file where each keeps its vote. */
const VOTE = 'data/__cluster_metadata-0/quorum-state';

interface Vote {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** Among servers that replace each other: which one is what now. */
export class ServerRoles {
  private readonly admin;

  constructor(private readonly cluster: FaultyCluster) {
    const brokers = (cluster.settings['KAFKA_BROKERS'] ?? '').split(',');
    this.admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  }

  /** Of the servers under Patroni, the one that takes writes. */
  primary(): Promise<string> {
    return this.postgresThat(false);
  }

  /** The one that streams from it. */
  standby(): Promise<string> {
    return this.postgresThat(true);
  }

  redisMaster(): Promise<string> {
    return this.one(/^redis-(master|replica-\d+)$/, async ({ port }) => (await redisRole(port))[0] === 'master');
  }

  /** The broker that leads most partitions of the log of commands. */
  async commandLeader(): Promise<string> {
    const counts = new Map<number, number>();
    for (const { leader } of await this.partitions()) counts.set(leader, (counts.get(leader) ?? 0) + 1);
    const [most] = [...counts].sort(([, one], [, other]) => other - one);
    return `kafka-${String(most?.[0])}`;
  }

  /** The broker that decides who leads what. Its clients are not told. */
  controller(): string {
    const votes = this.nodes(/^kafka-/).flatMap(({ log }) => {
      const file = join(dirname(log), VOTE);
      return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Vote] : [];
    });
    const [newest] = votes.sort((one, other) => other.leaderEpoch - one.leaderEpoch || other.leaderId - one.leaderId);
    if (newest === undefined || newest.leaderId < 1) throw new Error('There is no controller now');
    return `kafka-${String(newest.leaderId)}`;
  }

  /** Resolves when each kind could lose another server: every partition has all its copies, every database its synchronous standby, Redis its replica. */
  async untilWhole(): Promise<void> {
    await eventually(async () => {
      const [short] = (await this.partitions()).filter(({ isr, replicas }) => isr.length < replicas.length);
      if (short !== undefined) throw new Error('A partition lacks a copy');
    }, WHOLE);
    await eventually(async () => {
      // Patroni's word, not the primary's: whom it does not call synchronous it does not promote.
      const answers = await Promise.all(this.patronis().map((host) => fetch(`http://${host}/synchronous`)));
      if (answers.every(({ status }) => status !== 200)) throw new Error('The primary has no synchronous standby');
    }, WHOLE);
    await eventually(async () => {
      const [, , replicas] = await redisRole(this.cluster.node(await this.redisMaster()).port);
      if (!Array.isArray(replicas) || replicas.length !== 1) throw new Error('The master of Redis has no replica');
    }, WHOLE);
  }

  /** How many reads of rooms a server under Patroni has answered as a replica. */
  async answeredBy(name: string): Promise<number> {
    const [, place = ''] = /(\d+)$/.exec(name) ?? [];
    const line = new RegExp(`^agent_chat_database_statement_duration_seconds_count\\{.*database="\\w+/replica-${place}".*outcome="ok".*\\} (\\d+)$`, 'gm');
    const texts = await Promise.all(
      this.nodes(/^chat-/).map(({ port }) => fetch(`http://${HOST}:${String(port)}/api/metrics`).then((answer) => answer.text())),
    );
    return texts.flatMap((text) => [...text.matchAll(line)]).reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  private async partitions(): Promise<readonly { readonly leader: number; readonly isr: readonly number[]; readonly replicas: readonly number[] }[]> {
    await this.admin.connect();
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [COMMANDS_TOPIC] });
    return topics.flatMap(({ partitions }) => partitions);
  }

  private patronis(): readonly string[] {
    return (this.cluster.settings['PATRONI_HOSTS'] ?? '').split(',');
  }

  private postgresThat(isInRecovery: boolean): Promise<string> {
    return this.one(/^postgres-\d+$/, async ({ port }) => {
      const [row] = await ask(port, 'SELECT pg_is_in_recovery() AS recovering');
      return row?.['recovering'] === isInRecovery;
    });
  }

  private nodes(names: RegExp): readonly TestServer[] {
    return this.cluster.servers.filter(({ name }) => names.test(name));
  }

  /** The only one of these that is it; asked until there is exactly one. */
  private async one(names: RegExp, isIt: (server: TestServer) => Promise<boolean>): Promise<string> {
    return eventually(async () => {
      const servers = this.nodes(names);
      const answers = await Promise.all(servers.map((server) => isIt(server).catch(() => false)));
      const [found, ...others] = servers.filter((_, index) => answers[index]);
      if (found === undefined || others.length > 0) throw new Error(`Not one of ${servers.map(({ name }) => name).join(', ')} is it`);
      return found.name;
    }, WHOLE);
  }
}

async function ask(port: number, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({
    host: HOST,
    port,
    user: 'postgres',
    database: 'postgres',
    connectionTimeoutMillis: ANSWER_LIMIT_MS,
    query_timeout: ANSWER_LIMIT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** `master`, its offset and its replicas; or `slave` and whom it follows. */
async function redisRole(port: number): Promise<unknown[]> {
  const redis = new Redis({ host: HOST, port, lazyConnect: true, retryStrategy: null, connectTimeout: ANSWER_LIMIT_MS, commandTimeout: ANSWER_LIMIT_MS });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.role();
  } finally {
    redis.disconnect();
  }
}
