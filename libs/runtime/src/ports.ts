import { type Backplane } from '@agent-chat/backplane';
import { type Cache } from '@agent-chat/cache';
import { type Database } from '@agent-chat/database';
import { type EphemeralStore } from '@agent-chat/ephemeral-store';
import { type EventLog } from '@agent-chat/event-log';
import { type JobQueue } from '@agent-chat/job-queue';
import { type QueryBus } from '@agent-chat/query-bus';

/** Everything by which the apps of a process reach each other and what is outside. */
export interface Ports {
  readonly database: Database;
  readonly log: EventLog;
  readonly backplane: Backplane;
  readonly queries: QueryBus;
  readonly ephemeral: EphemeralStore;
  readonly cache: Cache;
  readonly jobs: JobQueue;
}

/** Closes the ports, those first that others rest on last. Safe to call twice; a failure stops none of the others. */
export async function closePorts(ports: Ports, onError: (error: unknown) => void): Promise<void> {
  const { queries, jobs, log, backplane, ephemeral, cache, database } = ports;
  for (const port of [queries, jobs, log, backplane, ephemeral, cache, database]) await port.close().catch(onError);
}
