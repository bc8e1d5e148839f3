import { randomBytes } from 'node:crypto';
import { Clock } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';
import { AuthSecretEntity } from './auth-secret.entity';
import { DirectoryDataSource } from './directory-data-source';

const NAME = 'refresh-tokens';

/** The secret from which successors of refresh tokens are derived: one for all nodes, made once. */
@Injectable()
export class ServerSecret {
  private secret: Buffer | undefined;

  constructor(
    private readonly directory: DirectoryDataSource,
    private readonly clock: Clock,
  ) {}

  /** Rejects with UNAVAILABLE until it was read once. */
  async get(): Promise<Buffer> {
    this.secret ??= await this.directory.run(async (manager) => {
      const offer = { name: NAME, secret: randomBytes(32), createdAt: new Date(this.clock.nowMs()) };
      await manager.createQueryBuilder().insert().into(AuthSecretEntity).values(offer).orIgnore().execute();
      // Read back: another node may have been first.
      return (await manager.findOneByOrFail(AuthSecretEntity, { name: NAME })).secret;
    });
    return this.secret;
  }
}
