import { startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { readFileSync, statSync } from 'node:fs';
import { type SystemUnderLoad } from './system-under-load';

export interface ClusterPlan {
  readonly gateways: number;
  readonly chats: number;
  readonly nodeArguments?: readonly string[];
  /** Settings of the apps. */
  readonly env?: Readonly<Record<string, string>>;
}

/** As the image starts them. */
const NODE_OPTIONS = '--max-semi-space-size=64';
const APPS = ['gateway', 'chat', 'presence', 'analytics', 'storage', 'worker'];
const PARTS = [...APPS, 'kafka', 'redis', 'postgres'];

/**
 * The apps as separate processes, a Kafka broker, a Redis and two Postgres, each with half of the rooms; the directory is on the first.
 * Clients go to the gateways themselves: the door in front of them runs, idle.
 */
export class ClusterUnderLoad implements SystemUnderLoad {
  readonly urls: readonly string[];
  readonly databaseServers: readonly string[];
  private readonly gone = new Set<string>();
  /** Where in each log its start ends. */
  private readonly logStarts: ReadonlyMap<string, number>;

  private constructor(
    private readonly cluster: TestServers,
    private readonly databases: readonly TestServers[],
  ) {
    this.urls = (cluster.settings['GATEWAYS'] ?? '').split(',');
    this.databaseServers = databases.map(({ settings }) => settings['DATABASE_URL'] ?? '');
    this.logStarts = new Map(this.apps.map(({ log }) => [log, statSync(log).size]));
  }

  static async start({ gateways, chats, nodeArguments = [], env: given = {} }: ClusterPlan): Promise<ClusterUnderLoad> {
    const databases: TestServers[] = [];
    try {
      databases.push(await startTestServers('postgres', { databases: ['chat', 'a'] }));
      databases.push(await startTestServers('postgres', { name: 'postgres-b', databases: ['b'] }));
      const env = { ...databaseSettings(databases), RATE_LIMITS: 'off', MAX_CONNECTIONS_PER_USER: '1000', NODE_OPTIONS, ...given };
      return new ClusterUnderLoad(await startTestServers('cluster', { gateways, chats, nodeArguments, env }), databases);
    } catch (error) {
      await Promise.all(databases.map((each) => each.stop()));
      throw error;
    }
  }

  /** Its own processes, by name. */
  get apps(): readonly TestServer[] {
    return this.cluster.servers.filter(({ name }) => APPS.includes(kindOf(name)));
  }

  get parts(): Readonly<Record<string, readonly number[]>> {
    const all = [...this.cluster.servers, ...this.databases.flatMap(({ servers }) => servers)];
    const pidsOf = (part: string): number[] => all.filter(({ name }) => kindOf(name) === part && !this.gone.has(name)).map(({ pid }) => pid);
    return Object.fromEntries(PARTS.map((part) => [part, pidsOf(part)]));
  }

  get settings(): Readonly<Record<string, string>> {
    return this.cluster.settings;
  }

  get printed(): string {
    return this.apps.map(({ log }) => readFileSync(log).subarray(this.logStarts.get(log)).toString()).join('');
  }

  /** Has a process drain and end, as a roll-out does. */
  async leave(name: string): Promise<void> {
    this.gone.add(name);
    await this.node(name).stop();
  }

  /** Starts one that left; resolves when it is ready. */
  async join(name: string): Promise<void> {
    await this.node(name).restart();
    this.gone.delete(name);
  }

  async remove(): Promise<void> {
    await this.cluster.stop();
    await Promise.all(this.databases.map((each) => each.stop()));
  }

  private node(name: string): TestServer {
    const found = this.apps.find((app) => app.name === name);
    if (found === undefined) throw new Error(`There is no ${name}`);
    return found;
  }
}

/** `gateway-1` is a gateway. */
function kindOf(name: string): string {
  return name.split('-')[0] ?? '';
}

function databaseSettings([first, second]: readonly TestServers[]): Record<string, string> {
  const at = (servers: TestServers | undefined, database: string): string => (servers?.settings['DATABASE_URL'] ?? '').replace(/\/postgres$/, `/${database}`);
  return { DATABASE_URL: at(first, 'chat'), SHARD_DATABASES: JSON.stringify({ a: { url: at(first, 'a') }, b: { url: at(second, 'b') } }) };
}
