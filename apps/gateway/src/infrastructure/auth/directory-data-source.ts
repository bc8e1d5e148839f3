import { AppConfig } from '@agent-chat/config';
import { Database } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Client as Connection } from 'pg';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { AuthSecretEntity } from './auth-secret.entity';
import { CredentialEntity } from './credential.entity';
import { ExternalIdentityEntity } from './external-identity.entity';
import { RefreshTokenEntity } from './refresh-token.entity';
import { SessionEntity } from './session.entity';
import { SigningKeyEntity } from './signing-key.entity';
import { UserEntity } from './user.entity';

const POOL_SIZE = 5;
const CONNECT_TIMEOUT_MS = 3_000;
const RETRY_AFTER_MS = 1_000;
const UNIQUE_VIOLATION = '23505';

/** TypeORM over the directory database. Connects with the first use, so that a directory that is down stops no start. */
@Injectable()
export class DirectoryDataSource implements OnApplicationShutdown {
  private opening: Promise<DataSource> | undefined;

  constructor(
    private readonly database: Database,
    private readonly config: AppConfig,
  ) {}

  /** Runs `work` with repositories outside of a transaction. Rejects with UNAVAILABLE for an outage; AppErrors, and what a statement is refused for, pass. */
  async run<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.translated(async () => work((await this.open()).manager));
  }

  /** Runs `work` in one transaction, rolled back if it rejects. Rejects as `run`. */
  async transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.translated(async () => (await this.open()).transaction(work));
  }

  async onApplicationShutdown(): Promise<void> {
    const source = await this.opening?.catch(() => undefined);
    this.opening = undefined;
    if (source?.isInitialized === true) await source.destroy();
  }

  private async translated<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError || error instanceof TypeError || isRefusedForItsData(error)) throw error;
      throw new AppError('UNAVAILABLE', { detail: 'The user directory cannot be reached', retryAfterMs: RETRY_AFTER_MS, cause: error });
    }
  }

  private async open(): Promise<DataSource> {
    this.opening ??= this.connect();
    try {
      return await this.opening;
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private async connect(): Promise<DataSource> {
    const { url, Client } = this.database.directoryAccess();
    return new DataSource({
      type: 'postgres',
      url,
      applicationName: 'agent-chat-directory',
      entities: [UserEntity, CredentialEntity, ExternalIdentityEntity, SessionEntity, RefreshTokenEntity, SigningKeyEntity, AuthSecretEntity],
      synchronize: false,
      migrationsRun: false,
      installExtensions: false,
      logging: false,
      poolSize: POOL_SIZE,
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      // The next statement on a lost connection reports the outage.
      poolErrorHandler: () => undefined,
      extra: { statement_timeout: this.config.database.statementTimeoutMs, keepAlive: true, onConnect: surviveItsEnd, Client },
    }).initialize();
  }
}

// Between the pool's listener and that of TypeORM there is none, and a connection that ended then would end the process.
function surviveItsEnd(client: Connection): void {
  client.on('error', () => undefined);
}

/** Whether the statement was refused because such a row exists. */
export function isDuplicate(error: unknown): boolean {
  return sqlStateOf(error) === UNIQUE_VIOLATION;
}

// SQLSTATE classes of what a statement holds: trying again would not help.
function isRefusedForItsData(error: unknown): boolean {
  return /^(22|23)/.test(sqlStateOf(error));
}

function sqlStateOf(error: unknown): string {
  if (!(error instanceof QueryFailedError)) return '';
  const { code } = error.driverError as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}
