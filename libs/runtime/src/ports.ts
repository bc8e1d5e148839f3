import { type BlobStore } from '@agent-chat/blob-store';
import { type Backplane } from '@agent-chat/backplane';
import { type Cache } from '@agent-chat/cache';
import { type Database } from '@agent-chat/database';
import { type Discovery, type ProcessIdentity } from '@agent-chat/discovery';
import { type EphemeralStore } from '@agent-chat/ephemeral-store';
import { type EventLog } from '@agent-chat/event-log';
import { type JobQueue } from '@agent-chat/job-queue';
import { type HealthIndicatorSource } from '@agent-chat/observability';
import { type QueryBus, type Relay } from '@agent-chat/query-bus';
import { type Breakers } from '@agent-chat/resilience';

/** How a process and the others find and ask each other. */
export interface Peers {
  readonly identity: ProcessIdentity;
  readonly discovery: Discovery;
  readonly queries: QueryBus;
  readonly relay: Relay;
  readonly breakers: Breakers;
}

/** Everything by which the apps of a process reach each other and what is outside. */
export interface Ports extends Peers {
  readonly database: Database;
  readonly log: EventLog;
  readonly backplane: Backplane;
  readonly ephemeral: EphemeralStore;
  readonly cache: Cache;
  readonly jobs: JobQueue;
  /** Only where files are worked on. */
  readonly blobs?: BlobStore;
  /** How the servers behind the ports stand. */
  readonly health: readonly HealthIndicatorSource[];
}

/** Closes the ports, those first that others rest on last. Safe to call twice; a failure stops none of the others. */
export async function closePorts(ports: Ports, onError: (error: unknown) => void): Promise<void> {
  const { discovery, relay, queries, blobs, jobs, log, backplane, ephemeral, cache, database } = ports;
  for (const port of [discovery, relay, queries, jobs, blobs, log, backplane, ephemeral, cache, database]) await port?.close().catch(onError);
  ports.breakers.close();
}
