import { Database, whileReachable } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { LinkKey } from '../application/link-signer';

const NAME = 'links';

/** The secret of links: one for all processes, made once. */
@Injectable()
export class LinkSecret extends LinkKey {
  private secret: Buffer | undefined;

  constructor(private readonly database: Database) {
    super();
  }

  override async get(): Promise<Buffer> {
    this.secret ??= await whileReachable(this.read());
    return this.secret;
  }

  private async read(): Promise<Buffer> {
    const directory = this.database.directory();
    await directory.query('INSERT INTO storage_secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [NAME, randomBytes(32)]);
    // Read back: another process may have been first.
    const [row] = await directory.query<{ secret: Buffer }>('SELECT secret FROM storage_secrets WHERE name = $1', [NAME]);
    if (row === undefined) throw new Error('The secret of links is gone');
    return row.secret;
  }
}
