import { startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { readFileSync, statSync } from 'node:fs';
import { type Ownership, type TestedSystem } from './tested-system';

const APPS = /^(gateway|chat|presence|analytics|storage|worker)-\d+$/;

/** What the cluster that all tests share was started with (see e2e-setup.mjs). */
interface SharedCluster {
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly nodes: readonly Place[];
}

/** Where one process of the cluster is to be found. */
interface Place {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly log: string;
}

/** The processes of a cluster, each app twice or once, on real servers. */
export class ClusterProcesses implements TestedSystem {
  readonly url: string;
  readonly otherUrl: string;
  readonly roomDatabases: readonly string[];
  private readonly logStarts: ReadonlyMap<string, number>;

  private constructor(
    readonly settings: Readonly<Record<string, string>>,
    private readonly places: readonly Place[],
    private readonly servers?: TestServers,
  ) {
    const [url = '', otherUrl = url] = (settings['GATEWAYS'] ?? '').split(',');
    this.url = url;
    this.otherUrl = otherUrl;
    const shards = JSON.parse(settings['SHARD_DATABASES'] ?? '{}') as Record<string, { url: string }>;
    this.roomDatabases = Object.values(shards).map((shard) => shard.url);
    this.logStarts = new Map(this.apps.map(({ log }) => [log, statSync(log).size]));
  }

  /** The one that tests share does if it was started with all of `env`; else there is one of its own. */
  static async start(env: NodeJS.ProcessEnv, ownership: Ownership): Promise<ClusterProcesses> {
    const shared = JSON.parse(process.env['TEST_CLUSTER'] ?? '{"env":{}}') as SharedCluster;
    const isSuitable = Object.entries(env).every(([name, value]) => shared.env[name] === value);
    if (ownership === 'shared' && isSuitable) return new ClusterProcesses(shared.settings, shared.nodes);
    const servers = await startTestServers('cluster', { env: { ...shared.env, ...env } });
    return new ClusterProcesses(servers.settings, servers.servers, servers);
  }

  get printed(): string {
    return this.apps.map(({ log }) => readFileSync(log).subarray(this.logStarts.get(log)).toString()).join('');
  }

  get residentBytes(): number {
    const pid = this.places.find(({ port }) => String(port) === new URL(this.url).port)?.pid ?? 0;
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) * 1_024;
  }

  /** The gateways first: what they have accepted is still answered. */
  async stop(): Promise<number | null> {
    const isGateway = ({ name }: TestServer): boolean => name.startsWith('gateway');
    const own = this.ownApps();
    const codes = await Promise.all(own.filter(isGateway).map((app) => app.stop()));
    codes.push(...(await Promise.all(own.filter((app) => !isGateway(app)).map((app) => app.stop()))));
    return codes.find((code) => code !== 0) ?? 0;
  }

  async restart(): Promise<void> {
    await Promise.all(this.ownApps().map((app) => app.restart()));
  }

  async remove(): Promise<void> {
    await this.servers?.stop();
  }

  private get apps(): readonly Place[] {
    return this.places.filter(({ name }) => APPS.test(name));
  }

  private ownApps(): readonly TestServer[] {
    if (this.servers === undefined) throw new Error('Other tests use this cluster too: one to be stopped has to be asked for as own');
    return this.servers.servers.filter(({ name }) => APPS.test(name));
  }
}
