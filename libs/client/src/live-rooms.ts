import { type Environment } from './clock';
import { AgentChatError } from './errors';
import { type RoomEvent } from './room-events';
import { RoomSubscription, type EventsPage, type SubscriptionHandlers, type SubscriptionStart } from './room-subscription';

/** Sends a call over the live connection; rejects with `AgentChatError`. */
export type LiveRequest = (call: string, body: unknown) => Promise<unknown>;

type OpenedRoom = { readonly roomId: string } & (EventsPage | { readonly error: unknown });

interface Asked {
  readonly roomId: string;
  readonly cursor: string | undefined;
  readonly resolve: (page: EventsPage) => void;
  readonly reject: (error: AgentChatError) => void;
}

const MAX_ROOMS_PER_CALL = 100;
const EVENTS_PER_FETCH = 500;

/** The rooms that are followed: hands each its events, and subscribes many with one call after a reconnect. */
export class LiveRooms {
  private readonly rooms = new Map<string, RoomSubscription>();
  private asked: Asked[] = [];
  private isConnected = false;

  constructor(
    private readonly request: LiveRequest,
    private readonly environment: Environment,
  ) {}

  /** Follows a room. The caller sees to it that nobody else does. */
  open(roomId: string, handlers: SubscriptionHandlers, start?: SubscriptionStart): RoomSubscription {
    const wire = {
      subscribe: (id: string, from: string | undefined) => this.subscribe(id, from),
      fetch: async (id: string, after: string) => (await this.request('events.fetch', { roomId: id, after, limit: EVENTS_PER_FETCH })) as EventsPage,
    };
    const subscription = new RoomSubscription(roomId, wire, this.environment, handlers, start);
    this.rooms.set(roomId, subscription);
    if (this.isConnected) subscription.connected();
    return subscription;
  }

  close(subscription: RoomSubscription): void {
    subscription.close();
    if (this.rooms.get(subscription.roomId) === subscription) this.rooms.delete(subscription.roomId);
    // A lost call costs nothing: the next connection isn't subscribed.
    if (this.isConnected) this.request('room.unsubscribe', { roomIds: [subscription.roomId] }).catch(() => undefined);
  }

  has(roomId: string): boolean {
    return this.rooms.has(roomId);
  }

  connected(): void {
    this.isConnected = true;
    for (const room of this.rooms.values()) room.connected();
  }

  disconnected(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    for (const room of this.rooms.values()) room.disconnected();
  }

  receive(events: readonly RoomEvent[]): void {
    for (const event of events) this.rooms.get(event.roomId)?.receive(event);
  }

  resync(roomId: string, reason: string): void {
    this.rooms.get(roomId)?.resync(reason);
  }

  /** The person was let into a room (again). */
  revive(roomId: string): void {
    this.rooms.get(roomId)?.revive();
  }

  private subscribe(roomId: string, cursor: string | undefined): Promise<EventsPage> {
    return new Promise((resolve, reject) => {
      if (this.asked.push({ roomId, cursor, resolve, reject }) === 1) queueMicrotask(() => this.flush());
    });
  }

  private flush(): void {
    const asked = this.asked;
    this.asked = [];
    for (let at = 0; at < asked.length; at += MAX_ROOMS_PER_CALL) void this.ask(asked.slice(at, at + MAX_ROOMS_PER_CALL));
  }

  private async ask(asked: readonly Asked[]): Promise<void> {
    try {
      const rooms = asked.map(({ roomId, cursor }) => (cursor === undefined ? { roomId } : { roomId, cursor }));
      const answer = (await this.request('room.subscribe', { rooms })) as { readonly rooms: readonly OpenedRoom[] };
      const opened = new Map(answer.rooms.map((room) => [room.roomId, room]));
      for (const { roomId, resolve, reject } of asked) {
        const room = opened.get(roomId);
        if (room === undefined) reject(new AgentChatError('INTERNAL', { message: 'The server left a room out', retryable: true }));
        else if ('error' in room) reject(AgentChatError.fromBody(room.error));
        else resolve(room);
      }
    } catch (error) {
      for (const { reject } of asked) reject(AgentChatError.from(error));
    }
  }
}
