import { startTestServers, type TestServers } from '@agent-chat/testing';
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { askPostgres } from './ask-postgres';
import { type SmallDisk } from './small-disk';

const DATABASES = ['chat', 'a', 'b'];

/** A Postgres whose databases lie on a disk that can be filled; its log of changes lies elsewhere, as it should, so that the server stays up. */
export class DatabaseOnSmallDisk {
  private constructor(private readonly servers: TestServers) {}

  static async start(disk: SmallDisk): Promise<DatabaseOnSmallDisk> {
    const servers = await startTestServers('postgres');
    const database = new DatabaseOnSmallDisk(servers);
    const [{ data_directory: data = '' } = {}] = await database.ask('SHOW data_directory');
    const { uid, gid } = statSync(data);
    const space = join(disk.path, 'tables');
    mkdirSync(space);
    chownSync(space, uid, gid);
    await database.ask(`CREATE TABLESPACE small LOCATION '${space}'`);
    for (const name of DATABASES) await database.ask(`CREATE DATABASE ${name} TABLESPACE small`);
    return database;
  }

  /** What the apps are given. */
  get settings(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.at('chat'), SHARD_DATABASES: JSON.stringify({ a: { url: this.at('a') }, b: { url: this.at('b') } }) };
  }

  async stop(): Promise<void> {
    await this.servers.stop();
  }

  private at(database: string): string {
    return `postgres://postgres:postgres@127.0.0.1:${String(this.servers.servers[0]?.port)}/${database}`;
  }

  private async ask(sql: string): Promise<Record<string, string>[]> {
    return askPostgres(this.at('postgres'), sql);
  }
}
