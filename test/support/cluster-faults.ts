import { startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fault } from './fault-load';

/** How long a process stays away before it is started again, as under Kubernetes. */
const RESTART_AFTER_MS = 2_000;

interface ClusterOptions {
  /** Each database on a server of its own. */
  readonly apart?: boolean;
  /** Servers that replace each other. */
  readonly ha?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Processes that reach everything through a network that can be disturbed. */
  readonly far?: readonly string[];
  /** Processes whose clocks can be set. */
  readonly clocks?: readonly string[];
}

/** A cluster of its own for a suite, and the faults that can befall it. */
export class FaultyCluster {
  readonly url: string;
  readonly gateways: readonly string[];

  private constructor(private readonly running: TestServers) {
    this.url = running.settings['ENTRY'] ?? '';
    this.gateways = (running.settings['GATEWAYS'] ?? '').split(',');
  }

  static async start({ env = {}, ...options }: ClusterOptions = {}): Promise<FaultyCluster> {
    return new FaultyCluster(await startTestServers('cluster', { ...options, env: { RATE_LIMITS: 'off', MAX_CONNECTIONS_PER_USER: '1000', ...env } }));
  }

  get settings(): Readonly<Record<string, string>> {
    return this.running.settings;
  }

  /** Every process of the apps, by name. */
  get apps(): readonly string[] {
    return this.running.servers.map(({ name }) => name).filter((name) => /^(gateway|chat|presence|analytics|storage|worker)-/.test(name));
  }

  /** Every process there is. */
  get servers(): readonly TestServer[] {
    return this.running.servers;
  }

  node(name: string): TestServer {
    const found = this.running.servers.find((server) => server.name === name);
    if (found === undefined) throw new Error(`There is no ${name} among ${this.running.servers.map((server) => server.name).join(', ')}`);
    return found;
  }

  /** kill -9; the others take over before it comes back. */
  crash(name: string): Fault {
    const node = this.node(name);
    return { name: `kill -9 of ${name}`, begin: () => node.kill(), mend: () => node.restart() };
  }

  /** kill -9 of something that nothing takes the place of. */
  outage(name: string, lastsMs: number): Fault {
    const node = this.node(name);
    return { name: `${name} killed, back ${String(lastsMs / 1_000)} s later`, begin: () => node.kill(), mend: () => node.restart(), lastsMs };
  }

  /** Stands still until the others do without it, and longer than its session; then it wakes up. */
  pause(name: string, atLeastMs: number): Fault {
    const node = this.node(name);
    let pausedMs = 0;
    return {
      name: `${name} stands still for ${String(atLeastMs / 1_000)} s or longer and wakes up`,
      begin: async () => {
        pausedMs = performance.now();
        await node.pause();
      },
      mend: async () => {
        await delay(Math.max(0, pausedMs + atLeastMs - performance.now()));
        await node.resume();
      },
    };
  }

  /** Every process of every app, one after the other, asked to leave and started anew. */
  rollingRestart(): Fault {
    return {
      name: 'rolling restart of every app',
      begin: async () => {
        for (const name of this.apps) {
          await this.node(name).stop();
          await this.node(name).restart();
        }
      },
      mend: () => Promise.resolve(),
    };
  }

  /** All processes of an app at once. */
  allOf(app: string): Fault {
    const nodes = this.apps.filter((name) => name.startsWith(`${app}-`)).map((name) => this.node(name));
    return {
      name: `kill -9 of every ${app}`,
      begin: () => Promise.all(nodes.map((node) => node.kill())),
      mend: () => Promise.all(nodes.map((node) => node.restart())),
      lastsMs: RESTART_AFTER_MS,
    };
  }

  async stop(): Promise<void> {
    await this.running.stop();
  }
}
