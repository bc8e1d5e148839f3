import { AppConfig } from '@agent-chat/config';
import { MAX_EVENTS_PER_PAGE, MAX_ROOMS_PER_SUBSCRIBE, type RoomEvent } from '@agent-chat/contracts';
import { AppError, formatCursor, type RoomId } from '@agent-chat/kernel';
import { QueryBus } from '@agent-chat/query-bus';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type StreamPosition } from '../../domain/stream-position';
import { type Connection } from './connection';
import { RoomLists } from './room-lists';
import { type OpenedRoom, type RoomToOpen, Subscriptions } from './subscriptions';

const HEARTBEAT_MS = 15_000;
const QUERY_TIMEOUT_MS = 5_000;
/** After a list of rooms of which some are away, the rest is looked for again. */
const REST_AFTER_MS = 5_000;
/** A room whose subscription ended so goes on from its head. */
const GOES_ON: ReadonlySet<string> = new Set(['restored', 'overtaken']);

/** A connection whose client can't call: it gets everything from its position on by itself. */
export interface EventStream extends Connection {
  onResync: ((roomId: RoomId, reason: string) => void) | undefined;
  sendBacklog(roomId: RoomId, events: readonly RoomEvent[], cursor: string): void;
  sendPosition(): void;
  heartbeat(): void;
  drained(): Promise<void>;
}

/** Fills event streams: backlog, then live, for the rooms named or for all of the person's rooms. */
@Injectable()
export class EventStreams implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(EventStreams.name);
  private readonly streams = new Set<EventStream>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly queries: QueryBus,
    private readonly subscriptions: Subscriptions,
    private readonly roomLists: RoomLists,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      for (const stream of this.streams) stream.heartbeat();
    }, HEARTBEAT_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Opens the rooms, or all of the person's, and follows them. Failures end the stream: its client comes again. */
  start(stream: EventStream, roomIds: readonly RoomId[] | undefined, position: StreamPosition | undefined): void {
    this.streams.add(stream);
    stream.onResync = (roomId, reason) => {
      if (GOES_ON.has(reason)) this.run(stream, () => this.open(stream, [{ roomId }]));
    };
    if (roomIds === undefined) this.roomLists.followJoins(stream, (_connection, roomId) => this.run(stream, () => this.open(stream, [{ roomId }])));
    this.run(stream, async () => {
      await (roomIds === undefined ? this.openMine(stream, position) : this.openAll(stream, roomIds, position));
      stream.sendPosition();
    });
  }

  end(stream: EventStream): void {
    this.streams.delete(stream);
    this.subscriptions.dropAll(stream);
  }

  /** All of the person's rooms that aren't open yet; those that are away follow when they are back. */
  private async openMine(stream: EventStream, position: StreamPosition | undefined): Promise<void> {
    const { roomIds, incomplete } = await this.queries.ask('rooms.memberOf', { userId: stream.userId }, { timeoutMs: QUERY_TIMEOUT_MS });
    // Of those beyond the limit, heads come.
    const within = roomIds.slice(0, this.config.limits.subscriptionsPerConnection);
    const missing = within.filter((roomId) => !stream.subscriptions.has(roomId));
    await this.openAll(stream, missing, position);
    if (!incomplete) return;
    const again = (): void => {
      if (!stream.isClosed) this.run(stream, () => this.openMine(stream, position));
    };
    setTimeout(again, REST_AFTER_MS).unref();
  }

  private async openAll(stream: EventStream, roomIds: readonly RoomId[], position: StreamPosition | undefined): Promise<void> {
    for (let from = 0; from < roomIds.length; from += MAX_ROOMS_PER_SUBSCRIBE) {
      const rooms = roomIds.slice(from, from + MAX_ROOMS_PER_SUBSCRIBE).map((roomId): RoomToOpen => {
        const cursor = position?.of(roomId);
        // Complete or refused, never a guess: what the position doesn't tell is read again.
        if (position !== undefined && cursor === undefined) stream.send('resync', { roomId, reason: 'unknown_position' });
        return cursor === undefined ? { roomId } : { roomId, cursor: formatCursor(cursor) };
      });
      await this.open(stream, rooms);
      await stream.drained();
    }
  }

  private async open(stream: EventStream, rooms: readonly RoomToOpen[]): Promise<void> {
    if (stream.isClosed) return;
    const { answer, release } = await this.subscriptions.open(stream, rooms);
    const behind = answer.filter((room) => this.receive(stream, room));
    release();
    for (const room of behind) if ('cursor' in room) await this.catchUp(stream, room.roomId, room.cursor);
  }

  /** Whether there is more. */
  private receive(stream: EventStream, room: OpenedRoom): boolean {
    if (!('error' in room)) {
      stream.sendBacklog(room.roomId, room.events, room.cursor);
      return room.more;
    }
    const { roomId, error } = room;
    // Its client comes again, and goes on where it is: a room that can't be opened only now is not one to read anew.
    if (error.retryable) throw AppError.fromBody(error);
    stream.send('resync', { roomId, reason: error.code.toLowerCase() });
    if (error.code === 'RESYNC_REQUIRED') this.run(stream, () => this.open(stream, [{ roomId }]));
    return false;
  }

  private async catchUp(stream: EventStream, roomId: RoomId, from: string): Promise<void> {
    for (let cursor = from; !stream.isClosed;) {
      // A backlog never counts as a slow client: its pages wait for it.
      await stream.drained();
      if (stream.subscriptions.get(roomId)?.phase !== 'catching-up') return;
      const { answer, release } = await this.subscriptions.fetch(stream, roomId, cursor, MAX_EVENTS_PER_PAGE);
      stream.sendBacklog(roomId, answer.events, answer.cursor);
      release();
      if (!answer.more) return;
      cursor = answer.cursor;
    }
  }

  private run(stream: EventStream, task: () => Promise<void>): void {
    task().catch((thrown: unknown) => {
      const error = AppError.from(thrown);
      if (error.code === 'INTERNAL') this.logger.error({ err: error.cause }, 'An event stream failed');
      stream.close({ code: error.code });
    });
  }
}
