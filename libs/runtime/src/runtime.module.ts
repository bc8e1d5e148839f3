import { BlobStore } from '@agent-chat/blob-store';
import { Backplane } from '@agent-chat/backplane';
import { Cache } from '@agent-chat/cache';
import { AppConfig } from '@agent-chat/config';
import { Database } from '@agent-chat/database';
import { Discovery, ProcessIdentity } from '@agent-chat/discovery';
import { EphemeralStore } from '@agent-chat/ephemeral-store';
import { EventLog } from '@agent-chat/event-log';
import { JobQueue } from '@agent-chat/job-queue';
import { Clock } from '@agent-chat/kernel';
import { QueryBus, Relay } from '@agent-chat/query-bus';
import { BreakerModule, Breakers } from '@agent-chat/resilience';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Ports } from './ports';

/** Offers configuration, clock and ports to every module of a process; each under its class. Whoever opened the ports closes them. */
@Module({})
export class RuntimeModule {
  static forRoot(config: AppConfig, clock: Clock, ports: Ports): DynamicModule {
    const providers = [
      { provide: AppConfig, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: Database, useValue: ports.database },
      { provide: EventLog, useValue: ports.log },
      { provide: Backplane, useValue: ports.backplane },
      { provide: QueryBus, useValue: ports.queries },
      { provide: Relay, useValue: ports.relay },
      { provide: EphemeralStore, useValue: ports.ephemeral },
      { provide: Cache, useValue: ports.cache },
      { provide: JobQueue, useValue: ports.jobs },
      ...(ports.blobs === undefined ? [] : [{ provide: BlobStore, useValue: ports.blobs }]),
      { provide: Discovery, useValue: ports.discovery },
      { provide: ProcessIdentity, useValue: ports.identity },
      { provide: Breakers, useValue: ports.breakers },
    ];
    return { module: RuntimeModule, global: true, imports: [BreakerModule], providers, exports: providers.map(({ provide }) => provide) };
  }
}
