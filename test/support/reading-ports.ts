import { AppConfig, loadConfig } from '@agent-chat/config';
import { Database } from '@agent-chat/database';
import { QueryBus } from '@agent-chat/query-bus';
import { type DynamicModule, Module } from '@nestjs/common';

@Module({})
class ReadingPorts {}

/** What the reading side of the chat service needs around it. */
export function readingPorts(database: Database, bus: QueryBus): DynamicModule {
  const providers = [
    { provide: Database, useValue: database },
    { provide: QueryBus, useValue: bus },
    { provide: AppConfig, useValue: loadConfig({}) },
  ];
  return { module: ReadingPorts, global: true, providers, exports: providers.map(({ provide }) => provide) };
}
