import { eventually, startTestServers, type TestServer, type TestServers } from '@agent-chat/testing';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { askPostgres } from './ask-postgres';
import { type Fault } from './fault-load';

const PATIENCE = { timeoutMs: 30_000, intervalMs: 50 };

/** A primary whose commits nobody waits for to reach its standby, and what an operator does who promotes that one although it lags. */
export class LaggingStandby {
  private constructor(private readonly servers: TestServers) {}

  static async start(): Promise<LaggingStandby> {
    return new LaggingStandby(await startTestServers('postgres', { standbys: 1, databases: ['chat', 'a', 'b'] }));
  }

  /** What the apps are given: both hosts, of which they find the primary. */
  get settings(): Readonly<Record<string, string>> {
    const hosts = this.servers.servers.map(({ port }) => `127.0.0.1:${String(port)}`).join(',');
    const at = (database: string): string => `postgres://postgres:postgres@${hosts}/${database}`;
    return { DATABASE_URL: at('chat'), SHARD_DATABASES: JSON.stringify({ a: { url: at('a') }, b: { url: at('b') } }) };
  }

  /** The standby gets nothing more for so long, in which the primary goes on; then the primary is gone for good. */
  promotionAfter(lagMs: number): Fault {
    return {
      name: `a standby that is ${String(lagMs / 1_000)} s behind is promoted`,
      begin: async () => {
        const [primary, standby] = this.servers.servers;
        if (primary === undefined || standby === undefined) throw new Error('There is no pair');
        await cutReplication(primary);
        await delay(lagMs);
        await primary.kill();
        await ask(standby, 'SELECT pg_promote(true, 30)');
      },
      mend: () => Promise.resolve(),
    };
  }

  async stop(): Promise<void> {
    await this.servers.stop();
  }
}

async function cutReplication(primary: TestServer): Promise<void> {
  const [{ hba_file: file = '' } = {}] = await ask(primary, 'SHOW hba_file');
  writeFileSync(file, `host replication all 127.0.0.1/32 reject\n${readFileSync(file, 'utf8')}`);
  await ask(primary, 'SELECT pg_reload_conf()');
  await eventually(async () => {
    expect(await ask(primary, 'SELECT pg_terminate_backend(pid) FROM pg_stat_replication')).toEqual([]);
  }, PATIENCE);
}

async function ask({ port }: TestServer, sql: string): Promise<Record<string, string>[]> {
  return askPostgres(`postgres://postgres:postgres@127.0.0.1:${String(port)}/postgres`, sql);
}
