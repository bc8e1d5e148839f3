import { Database, DatabaseError, type Row } from '@agent-chat/database';
import { AppError } from '@agent-chat/kernel';
import { Injectable } from '@nestjs/common';

const RETRY_AFTER_MS = 1_000;

/** Plain SQL on the directory, for what is asked often. */
@Injectable()
export class DirectoryQueries {
  constructor(private readonly database: Database) {}

  /** Runs one statement. Rejects with UNAVAILABLE when the directory can't be reached. */
  async query<R extends Row>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    try {
      return await this.database.directory().query<R>(sql, parameters);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === 'data') throw error;
      throw new AppError('UNAVAILABLE', { detail: 'The user directory cannot be reached', retryAfterMs: RETRY_AFTER_MS, cause: error });
    }
  }
}
