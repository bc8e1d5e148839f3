import { Client } from 'pg';

/** Backs a database up and brings the backup back under whoever uses it: for them the server is away for a moment, each time. */
export class DatabaseBackup {
  private readonly name: string;

  constructor(private readonly url: string) {
    this.name = new URL(url).pathname.slice(1);
  }

  /** Keeps the database as it is now. */
  async take(): Promise<void> {
    await this.alone(async (admin) => {
      await admin.query(`CREATE DATABASE ${this.name}_backup TEMPLATE ${this.name}`);
    });
  }

  /** Puts what was kept in the place of what is there. Once. */
  async restore(): Promise<void> {
    await this.alone(async (admin) => {
      await admin.query(`ALTER DATABASE ${this.name} RENAME TO ${this.name}_lost`);
      await admin.query(`ALTER DATABASE ${this.name}_backup RENAME TO ${this.name}`);
      await admin.query(`DROP DATABASE ${this.name}_lost`);
    });
  }

  private async alone(work: (admin: Client) => Promise<void>): Promise<void> {
    const admin = new Client({ connectionString: new URL('/postgres', this.url).href });
    await admin.connect();
    try {
      await admin.query(`ALTER DATABASE ${this.name} WITH ALLOW_CONNECTIONS false`);
      await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [this.name]);
      await work(admin);
      await admin.query(`ALTER DATABASE ${this.name} WITH ALLOW_CONNECTIONS true`);
    } finally {
      await admin.end();
    }
  }
}
