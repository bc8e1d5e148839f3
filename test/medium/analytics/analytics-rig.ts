import { Database } from '@agent-chat/database';
import { EventLog } from '@agent-chat/event-log';
import { type InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { Clock } from '@agent-chat/kernel';
import { ProjectionRunner } from '@agent-chat/messaging';
import { QueryBus } from '@agent-chat/query-bus';
import { eventually } from '@agent-chat/testing';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AnalyticsModule } from '../../../apps/analytics/src/analytics.module';
import { openEventLog, publish, storedEvents } from '../../support/event-publisher';
import { openReading, type Reading } from '../../support/reading';
import { type SeededRoom } from '../../support/seeded-room';

/** The analytics service over a database of its own, and the log that it follows. */
export class AnalyticsRig {
  private constructor(
    readonly reading: Reading,
    readonly log: InMemoryEventLog,
    readonly app: INestApplicationContext,
  ) {}

  static async open(name: string, clock: Clock): Promise<AnalyticsRig> {
    const reading = await openReading(name);
    const log = openEventLog(reading);

    @Global()
    @Module({
      providers: [
        { provide: Database, useValue: reading.database },
        { provide: QueryBus, useValue: reading.bus },
        { provide: EventLog, useValue: log },
        { provide: Clock, useValue: clock },
      ],
      exports: [Database, QueryBus, EventLog, Clock],
    })
    class PortsModule {}

    const testing = await Test.createTestingModule({ imports: [PortsModule, AnalyticsModule] }).compile();
    return new AnalyticsRig(reading, log, await testing.init());
  }

  get directory() {
    return this.reading.database.directory();
  }

  get runner(): ProjectionRunner {
    return this.app.get(ProjectionRunner);
  }

  /** Hands everything that the rooms' partitions hold to the event topic. */
  async published(...rooms: SeededRoom[]): Promise<void> {
    for (const partition of new Set(rooms.map((room) => room.partition))) await publish(this.log, await storedEvents(this.reading, partition));
  }

  /** Resolves when everything that was published has been handled. */
  async caughtUp(): Promise<void> {
    await eventually(
      () => {
        for (const lag of this.runner.lags().values()) expect(lag).toBe(0);
      },
      { timeoutMs: 15_000 },
    );
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.log.close();
    await this.reading.close();
  }
}
