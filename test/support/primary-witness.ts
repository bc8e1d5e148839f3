import { Client } from 'pg';

/** Somebody who is connected to a primary and goes on writing to it, whatever has become of it. */
export class PrimaryWitness {
  private writing: Promise<'acknowledged' | 'refused'> | undefined;

  private constructor(private readonly client: Client) {}

  static async connect(port: number): Promise<PrimaryWitness> {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('CREATE TABLE IF NOT EXISTS witnessed (at timestamptz)');
    await client.query('INSERT INTO witnessed VALUES (now())');
    return new PrimaryWitness(client);
  }

  /** Sends a write without waiting for what becomes of it. */
  write(): void {
    this.writing = this.client.query('INSERT INTO witnessed VALUES (now())').then(
      () => 'acknowledged',
      () => 'refused',
    );
  }

  /** What the primary said, or that it ended the connection. */
  async outcome(): Promise<'acknowledged' | 'refused' | undefined> {
    const outcome = await this.writing;
    await this.client.end().catch(() => undefined);
    return outcome;
  }
}
