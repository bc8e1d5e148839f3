import { StandaloneProcess } from '../../support/standalone-process';
import { embeddedServerOf } from './process-usage';
import { type SystemUnderLoad } from './system-under-load';

/** The standalone as `npm start` starts it, with its embedded Postgres. */
export class StandaloneUnderLoad implements SystemUnderLoad {
  readonly urls: readonly string[];
  readonly parts: Readonly<Record<string, readonly number[]>>;
  readonly databaseServers: readonly string[];
  readonly settings = {};

  private constructor(private readonly server: StandaloneProcess) {
    const postgres = embeddedServerOf(server.dataDir);
    this.urls = [server.url];
    this.parts = { server: [server.pid], postgres: [postgres.pid] };
    this.databaseServers = [`${postgres.url}/postgres`];
  }

  static async start(nodeArguments: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<StandaloneUnderLoad> {
    return new StandaloneUnderLoad(await StandaloneProcess.start({ HOST: '127.0.0.1', ...env }, nodeArguments));
  }

  get printed(): string {
    return this.server.printed;
  }

  async remove(): Promise<void> {
    await this.server.remove();
  }
}
