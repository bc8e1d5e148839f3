import { type LogEvent, ROOM_EVENTS } from '@agent-chat/contracts';
import { type Database } from '@agent-chat/database';
import { type EventLog } from '@agent-chat/event-log';
import { type QueryBus } from '@agent-chat/query-bus';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { EventContext } from './event-context';
import { EventGroup } from './event-group';
import { EventSource } from './event-source';
import { GroupNames } from './group-names';
import { HandlerRetries, type EventHandler } from './handler-retries';

export interface EventLogServerOptions {
  readonly log: EventLog;
  readonly queries: QueryBus;
  /** Positions and dead letters are kept in its directory. */
  readonly database: Database;
  /** How often each partition is compared with the log in Postgres; 30 s unless given (P19). */
  readonly checkEveryMs?: number;
  /** How often to look for dead letters that are to be handled again; 5 s unless given. */
  readonly replayEveryMs?: number;
  /** Pauses before the second and each further try of a handler; 3 further tries within 2 s unless given. */
  readonly retryDelaysMs?: readonly number[];
  /** Shared with whatever else consumes in this process. */
  readonly names?: GroupNames;
  /** An event was dead-lettered. */
  readonly onError: (message: string, error: unknown) => void;
  /** A group meets an outage and tries again. In one outage each of its partitions tells; `onError` unless given. */
  readonly onRetry?: (group: string, message: string, error: unknown) => void;
}

const DEFAULTS = { checkEveryMs: 30_000, retryDelaysMs: [100, 400, 1_500] };
// After a crash at most so many events are handled again.
const BATCH_SIZE = 50;
const GROUP = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Carries `@EventPattern('message.posted', { group: 'welcome-bot' })` over the event log: each group is a consumer of its own, with its own
 * position in every partition, so one that fails or is slow holds up no other. Handlers get the event and are idempotent.
 */
export class EventLogServer extends Server implements CustomTransportStrategy {
  private readonly groups = new Map<string, Map<string, EventHandler[]>>();
  private readonly names: GroupNames;
  private running: EventGroup[] = [];

  constructor(private readonly options: EventLogServerOptions) {
    super();
    this.names = options.names ?? new GroupNames();
  }

  /** Keeps handlers apart by group: Nest would chain all handlers of one pattern, and a failure of one would repeat the others. */
  override addHandler(pattern: unknown, callback: MessageHandler, isEventHandler = false, extras: Readonly<Record<string, unknown>> = {}): void {
    const type = String(pattern);
    const { group } = extras;
    if (!isEventHandler) throw new Error(`@MessagePattern('${type}') is not carried by the event log: commands are answered by the chat service`);
    if (!(type in ROOM_EVENTS)) throw new Error(`@EventPattern('${type}'): there is no such event; the types are ${Object.keys(ROOM_EVENTS).join(', ')}`);
    if (typeof group !== 'string' || !GROUP.test(group)) {
      throw new Error(
        `@EventPattern('${type}') needs a group of a-z, 0-9 and -, under which its position is kept: @EventPattern('${type}', { group: 'welcome-bot' })`,
      );
    }
    if (!this.groups.has(group)) this.names.claim(group);
    const handlers = this.groups.get(group) ?? new Map<string, EventHandler[]>();
    this.groups.set(group, handlers.set(type, [...(handlers.get(type) ?? []), handlerOf(callback, group)]));
  }

  override listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  /** Resolves when no handler is running. */
  override async close(): Promise<void> {
    await Promise.all(this.running.map((group) => group.stop()));
  }

  override on(): never {
    throw new Error('The event log has no events of its own to listen to');
  }

  override unwrap<Underlying>(): Underlying {
    return this.options.log as Underlying;
  }

  /** Events that each group knows of and has not handled, for metrics. */
  lags(): ReadonlyMap<string, number> {
    return new Map([...this.groups.keys()].map((group, index) => [group, this.running[index]?.lag ?? 0]));
  }

  private async start(): Promise<void> {
    this.running = [...this.groups].map(([group, handlers]) => this.groupOf(group, handlers));
    await Promise.all(this.running.map((group) => group.start()));
  }

  private groupOf(group: string, handlers: ReadonlyMap<string, readonly EventHandler[]>): EventGroup {
    const { log, queries, database, onError, onRetry = (_group, ...told) => onError(...told), replayEveryMs } = this.options;
    const { checkEveryMs, retryDelaysMs } = { ...DEFAULTS, ...this.options };
    const handling = new HandlerRetries({
      group,
      database: database.directory(),
      handlers,
      retryDelaysMs,
      onBuried: (error, { partition, position, event }) => onError(`${group} could not handle ${event.type} at ${partition}/${position}`, error),
    });
    return new EventGroup({
      group,
      log,
      source: new EventSource(queries),
      handling,
      batchSize: BATCH_SIZE,
      checkEveryMs,
      ...(replayEveryMs === undefined ? {} : { replayEveryMs }),
      onError: (error, partition) => onRetry(group, `${group} will try partition ${partition} again`, error),
      onReplayError: (error) => onRetry(group, `${group} will try its dead letters again`, error),
    });
  }
}

/** Nest's handlers answer a value or a stream; what fails in them comes as a stream that fails. */
function handlerOf(callback: MessageHandler, group: string): EventHandler {
  return async (event: LogEvent) => {
    const answer: unknown = await callback(event.event, new EventContext([event, group]));
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
  };
}
