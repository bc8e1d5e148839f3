import { type QueryAnswer, type QueryInput, type QueryName } from '@agent-chat/contracts';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { KeptMessages } from '../../apps/chat/src/application/read/kept-messages';
import { ReadModule } from '../../apps/chat/src/read.module';
import { readingPorts } from './reading-ports';

/** The reading half of the chat service over a database of its own. */
export interface Reading {
  readonly database: TestDatabase['database'];
  readonly bus: InMemoryQueryBus;
  /** What it keeps in memory. */
  readonly kept: KeptMessages;
  ask<Name extends QueryName>(query: Name, input: QueryInput<Name>): Promise<QueryAnswer<Name>>;
  close(): Promise<void>;
}

export async function openReading(name: string): Promise<Reading> {
  const { database, drop } = await createTestDatabase(name);
  const bus = new InMemoryQueryBus();
  const app: INestApplicationContext = await Test.createTestingModule({ imports: [readingPorts(database, bus), ReadModule] }).compile();
  await app.init();
  return {
    database,
    bus,
    kept: app.get(KeptMessages),
    ask: (query, input) => bus.ask(query, input, { timeoutMs: 10_000 }),
    close: async () => {
      await app.close();
      await bus.close();
      await drop();
    },
  };
}
