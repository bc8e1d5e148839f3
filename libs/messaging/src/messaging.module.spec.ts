import { Database, DatabaseError, type PhysicalDatabase } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { Clock } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { InMemoryQueryBus } from '@agent-chat/query-bus/adapters/memory';
import { eventually, FakeClock } from '@agent-chat/testing';
import { Global, Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MessagingModule } from './messaging.module';
import { type Projection } from './projection';
import { ProjectionRunner } from './projection-runner';

const PARTITIONS = 8;

describe('the log of what handles events', () => {
  it('has one line for an outage, however many partitions meet it', async () => {
    const clock = new FakeClock();
    const asked = new Set<number>();
    const refuse = (_sql: string, [, partition]: readonly unknown[] = []): Promise<never> => {
      asked.add(Number(partition));
      return Promise.reject(new DatabaseError('outage', undefined, 'connection refused', undefined, undefined));
    };
    const away = { name: 'a', query: refuse } as unknown as PhysicalDatabase;
    const log = new InMemoryEventLog({ partitionCount: PARTITIONS, clock });
    const ports = [
      { provide: Database, useValue: {} },
      { provide: EventLog, useValue: log },
      { provide: QueryBus, useValue: new InMemoryQueryBus() },
      { provide: Clock, useValue: clock },
    ];
    @Global()
    @Module({ providers: ports, exports: ports.map(({ provide }) => provide) })
    class PortsModule {}
    const app = await (await Test.createTestingModule({ imports: [PortsModule, MessagingModule] }).compile()).init();
    const lines: unknown[] = [];
    const note = (...told: unknown[]): void => void lines.push(told.at(-1));
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(note);
    jest.spyOn(Logger.prototype, 'error').mockImplementation(note);

    await app.get(ProjectionRunner).run({ group: 'audit', database: () => away } as unknown as Projection);
    await eventually(() => expect(asked.size).toBe(PARTITIONS));
    await app.close();
    await log.close();

    expect(lines).toEqual(['Handling events in the group audit failed and is tried again']);
  });
});
