import { type LogEvent } from '@agent-chat/contracts';
import { type PhysicalDatabase } from '@agent-chat/database';
import { type EventLog } from '@agent-chat/event-log';
import { type QueryBus } from '@agent-chat/query-bus';
import { DeadEvents } from './dead-events';
import { EventGroup } from './event-group';
import { EventPositions } from './event-positions';
import { EventSource } from './event-source';
import { GroupNames } from './group-names';
import { type Projection } from './projection';
import { ProjectionHandling } from './projection-handling';

export interface ProjectionRunnerOptions {
  readonly log: EventLog;
  readonly queries: QueryBus;
  /** How often each partition is compared with the log in Postgres; 30 s unless given (P19). */
  readonly checkEveryMs?: number;
  /** How often to look for dead letters that are to be handled again; 5 s unless given. */
  readonly replayEveryMs?: number;
  /** Shared with whatever else consumes in this process. */
  readonly names?: GroupNames;
  /** An event was dead-lettered, or what is to follow its effect failed. */
  readonly onError: (message: string, error: unknown) => void;
  /** A group meets an outage and tries again. In one outage each of its partitions tells; `onError` unless given. */
  readonly onRetry?: (group: string, message: string, error: unknown) => void;
}

const CHECK_EVERY_MS = 30_000;
const BATCH_SIZE = 500;

interface Running {
  readonly projection: Projection;
  readonly events: EventGroup;
}

/** Keeps projections up to date. */
export class ProjectionRunner {
  private readonly running = new Map<string, Running>();
  private readonly source: EventSource;
  private readonly names: GroupNames;

  constructor(private readonly options: ProjectionRunnerOptions) {
    this.source = new EventSource(options.queries);
    this.names = options.names ?? new GroupNames();
  }

  /** Starts a projection where it stopped; resolves when it listens, not when it has caught up. */
  async run(projection: Projection): Promise<void> {
    const { group } = projection;
    this.names.claim(group);
    const { log, onError, onRetry = (_group, ...told) => onError(...told), checkEveryMs = CHECK_EVERY_MS, replayEveryMs } = this.options;
    const events = new EventGroup({
      group,
      log,
      source: this.source,
      handling: new ProjectionHandling(projection, (error, event) => onError(`${group} could not handle ${placeOf(event)}`, error)),
      batchSize: BATCH_SIZE,
      gatherMs: projection.gatherMs ?? 0,
      checkEveryMs,
      ...(replayEveryMs === undefined ? {} : { replayEveryMs }),
      onError: (error, partition) => onRetry(group, `${group} will try partition ${partition} again`, error),
      onReplayError: (error) => onRetry(group, `${group} will try its dead letters again`, error),
    });
    this.running.set(group, { projection, events });
    await events.start();
  }

  /** Builds a projection again from the first event. Resolves when what it held is removed. */
  async reset(group: string): Promise<void> {
    const { projection, events } = this.find(group);
    if (projection.clear === undefined) throw new Error(`The projection ${group} can't be built again`);
    const [positions, dead] = [new EventPositions(group), new DeadEvents(group)];
    for (const database of databasesOf(projection, this.options.log.partitionCount)) {
      await database.transaction(async (connection) => {
        // First: a batch under way then either is removed with the rest, or fails.
        await positions.reset(connection);
        await dead.forget(connection);
        await projection.clear?.(connection);
      });
    }
    events.restart();
  }

  /** Events that each group knows of and has not handled, for metrics. */
  lags(): ReadonlyMap<string, number> {
    return new Map([...this.running].map(([group, { events }]) => [group, events.lag]));
  }

  /** Resolves when no batch is under way. Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ events }) => events.stop()));
  }

  private find(group: string): Running {
    const running = this.running.get(group);
    if (running === undefined) throw new Error(`There is no projection ${group}`);
    return running;
  }
}

function databasesOf(projection: Projection, partitionCount: number): Set<PhysicalDatabase> {
  return new Set(Array.from({ length: partitionCount }, (_, partition) => projection.database(partition)));
}

function placeOf({ partition, position, event }: LogEvent): string {
  return `${event.type} at ${partition}/${position}`;
}
