import { Database, type Row, whileReachable } from '@agent-chat/database';
import { Injectable } from '@nestjs/common';

/** Plain SQL on the directory, for what is asked often. */
@Injectable()
export class DirectoryQueries {
  constructor(private readonly database: Database) {}

  /** Runs one statement. Rejects with UNAVAILABLE when the directory can't be reached. */
  async query<R extends Row>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    return whileReachable(this.database.directory().query<R>(sql, parameters), 'The user directory cannot be reached');
  }
}
