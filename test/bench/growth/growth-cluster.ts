import { eventually, startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { readFileSync } from 'node:fs';
import { type Part, PARTS } from '../../../scripts/capacity/growth-record';
import { REPORTS_MEMORY } from '../../support/reported-memory';
import { cpuSecondsOfFamily, residentKbOf, residentKbOfFamily } from '../load/process-usage';

export interface ClusterShape {
  readonly gateways: number;
  readonly chats: number;
  /** Databases with rooms, all on one server. */
  readonly databases: number;
}

const APPS: readonly Part[] = ['gateway', 'chat', 'presence', 'analytics'];
/** As the image starts the apps, and what lets them be asked for their memory. */
const NODE_ARGUMENTS = ['--max-semi-space-size=64', ...REPORTS_MEMORY];
const MOST_CONNECTIONS = '200000';

/** A cluster whose directory is on a Postgres of its own, so that what people and processes cost there is told apart from what rooms cost. */
export class GrowthCluster {
  private constructor(
    readonly shape: ClusterShape,
    private readonly cluster: TestServers,
    private readonly databases: readonly TestServers[],
    readonly directoryUrl: string,
    /** By the name that the shard map has. */
    readonly shardUrls: Readonly<Record<string, string>>,
  ) {}

  static async start(shape: ClusterShape): Promise<GrowthCluster> {
    const names = Array.from({ length: shape.databases }, (_, index) => `s${String(index + 1)}`);
    const started: TestServers[] = [];
    try {
      started.push(await startTestServers('postgres', { databases: ['chat'] }));
      started.push(await startTestServers('postgres', { name: 'postgres-rooms', databases: names }));
      const at = (servers: TestServers | undefined, database: string): string =>
        (servers?.settings['DATABASE_URL'] ?? '').replace(/\/postgres$/, `/${database}`);
      const directory = at(started[0], 'chat');
      const shards = Object.fromEntries(names.map((name) => [name, at(started[1], name)]));
      const env = {
        DATABASE_URL: directory,
        SHARD_DATABASES: JSON.stringify(Object.fromEntries(Object.entries(shards).map(([name, url]) => [name, { url }]))),
        RATE_LIMITS: 'off',
        MAX_CONNECTIONS: MOST_CONNECTIONS,
        MAX_CONNECTIONS_PER_USER: MOST_CONNECTIONS,
      };
      const cluster = await startTestServers('cluster', { gateways: shape.gateways, chats: shape.chats, nodeArguments: NODE_ARGUMENTS, env });
      return new GrowthCluster(shape, cluster, started, directory, shards);
    } catch (error) {
      await Promise.all(started.map((servers) => servers.stop()));
      throw error;
    }
  }

  /** The gateways themselves; the door in front of them runs, idle. */
  get urls(): readonly string[] {
    return (this.cluster.settings['GATEWAYS'] ?? '').split(',');
  }

  /** Whose name the tokens bear. */
  get issuer(): string {
    return this.cluster.settings['ENTRY'] ?? '';
  }

  /** CPU seconds so far. */
  cpu(): Record<Part, number> {
    return byPart((part) => this.serversOf(part).reduce((total, { pid }) => total + cpuSecondsOfFamily(pid), 0));
  }

  /** Resident MB: of the apps what is left after a garbage collection. */
  async memory(): Promise<Record<Part, number>> {
    const apps = APPS.flatMap((part) => this.serversOf(part));
    await Promise.all(apps.map(collectGarbage));
    const kbOf = (part: Part, { pid }: TestServer): number => (APPS.includes(part) ? residentKbOf(pid) : residentKbOfFamily(pid));
    return byPart((part) => this.serversOf(part).reduce((total, server) => total + kbOf(part, server) / 1_024, 0));
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await Promise.all(this.databases.map((each) => each.stop()));
  }

  private serversOf(part: Part): readonly TestServer[] {
    if (part === 'directory') return this.databases[0]?.servers ?? [];
    if (part === 'shards') return this.databases[1]?.servers ?? [];
    return this.cluster.servers.filter(({ name }) => name.split('-')[0] === part);
  }
}

function byPart(value: (part: Part) => number): Record<Part, number> {
  return Object.fromEntries(PARTS.map((part) => [part, value(part)])) as Record<Part, number>;
}

async function collectGarbage({ pid, log }: TestServer): Promise<void> {
  const reports = (): number => readFileSync(log, 'utf8').split('memory {').length;
  const before = reports();
  process.kill(pid, 'SIGUSR2');
  await eventually(() => {
    if (reports() === before) throw new Error('no report yet');
  });
}
