import { backoffMs } from './backoff';
import { pause, type Environment } from './clock';
import { formatCursor, parseCursor, type Cursor } from './cursor';
import { AgentChatError } from './errors';
import { type RoomEvent } from './room-events';

/** `waiting`: for a connection. `catching-up`: fetching what was missed. `live`. `ended`: the room can't be read (any more). */
export type SubscriptionState = 'waiting' | 'catching-up' | 'live' | 'ended';

/** A part of a room's log. */
export interface EventsPage {
  readonly events: readonly RoomEvent[];
  readonly cursor: string;
  readonly more: boolean;
}

/** How a subscription speaks with the server; each call rejects with `AgentChatError`. */
export interface RoomWire {
  subscribe(roomId: string, cursor: string | undefined): Promise<EventsPage>;
  fetch(roomId: string, after: string): Promise<EventsPage>;
}

/** What a subscription tells its owner. */
export interface SubscriptionHandlers {
  /** Each event once, in order, none left out. */
  readonly onEvent: (event: RoomEvent) => void;
  /** The log can't be continued from the cursor; `startOver` is asked next. */
  readonly onResync: (reason: string) => void;
  /** Reads the room anew; answers the cursor to continue from. */
  readonly startOver: () => Promise<string>;
  readonly onState: (state: SubscriptionState, error?: AgentChatError) => void;
}

/** Where a subscription begins: after a cursor, at what `startOver` answers, or at the room's head. */
export interface SubscriptionStart {
  readonly cursor?: string | undefined;
  readonly anew?: boolean;
}

const BACKOFF = { baseMs: 500, capMs: 10_000 };
/** Events that arrived ahead of a gap; more than that are fetched again instead. */
const MAX_AHEAD = 2_000;

/**
 * One room's log as a gap-free stream (P24, P27). Frames may be lost, repeated or late, connections may break at any moment: `seq` alone
 * decides what is delivered, and what is missing is fetched.
 */
export class RoomSubscription {
  private state: SubscriptionState = 'waiting';
  private cursor: Cursor | undefined;
  private mustStartOver = false;
  /** Beyond the cursor, by seq. */
  private readonly ahead = new Map<number, RoomEvent>();
  /** Arrived while there was no cursor. */
  private early: RoomEvent[] = [];
  /** Grows when work in progress became pointless: its late answers are dropped. */
  private turn = 0;
  /** The turn whose gap is being fetched. */
  private repairing: number | undefined;
  private resyncs = 0;
  private isConnected = false;

  constructor(
    readonly roomId: string,
    private readonly wire: RoomWire,
    private readonly environment: Environment,
    private readonly handlers: SubscriptionHandlers,
    start: SubscriptionStart = {},
  ) {
    this.cursor = start.cursor === undefined ? undefined : parseCursor(start.cursor);
    this.mustStartOver = start.anew === true;
  }

  /** Everything up to here was delivered; absent until the first answer. */
  get position(): string | undefined {
    return this.cursor === undefined ? undefined : formatCursor(this.cursor);
  }

  get currentState(): SubscriptionState {
    return this.state;
  }

  connected(): void {
    this.isConnected = true;
    if (this.state !== 'ended') this.start();
  }

  disconnected(): void {
    this.isConnected = false;
    this.turn++;
    this.ahead.clear();
    this.early = [];
    if (this.state !== 'ended') this.change('waiting');
  }

  /** Tries again after `ended`: the person has been let in. */
  revive(): void {
    if (this.state !== 'ended') return;
    this.mustStartOver = true;
    if (this.isConnected) this.start();
    else this.change('waiting');
  }

  /** Delivers nothing more. */
  close(): void {
    this.turn++;
    this.state = 'ended';
  }

  receive(event: RoomEvent): void {
    if (this.state === 'ended' || this.state === 'waiting') return;
    if (this.cursor === undefined) this.early.push(event);
    else this.accept(event);
    if (this.state === 'live' && this.ahead.size > 0) void this.repair(this.turn);
  }

  /** The server or the log says that the cursor leads nowhere. */
  resync(reason: string): void {
    if (this.state === 'ended' || !this.isConnected) return;
    this.mustStartOver = true;
    this.handlers.onResync(reason);
    this.start();
  }

  private start(): void {
    const turn = ++this.turn;
    this.ahead.clear();
    this.change('catching-up');
    void this.work(turn);
  }

  /** Catches up, again and again until it succeeds, is refused or becomes pointless. */
  private async work(turn: number): Promise<void> {
    for (let attempt = 0; turn === this.turn; attempt++) {
      try {
        await this.catchUp(turn);
        return;
      } catch (thrown) {
        await this.failed(turn, thrown, attempt);
      }
    }
  }

  private async catchUp(turn: number): Promise<void> {
    if (this.mustStartOver) await this.readAnew(turn);
    if (turn !== this.turn) return;
    let page = await this.wire.subscribe(this.roomId, this.position);
    if (turn !== this.turn) return;
    this.cursor ??= parseCursor(page.cursor);
    const { early } = this;
    this.early = [];
    this.acceptAll([...page.events, ...early]);
    while (page.more && turn === this.turn) {
      page = await this.wire.fetch(this.roomId, formatCursor(this.cursor));
      if (turn === this.turn) this.acceptAll(page.events);
    }
    if (turn !== this.turn) return;
    this.resyncs = 0;
    this.change('live');
    if (this.ahead.size > 0) await this.repair(turn);
  }

  private async readAnew(turn: number): Promise<void> {
    // Without a cursor, what arrives meanwhile waits: it may belong to another epoch than the old one.
    this.cursor = undefined;
    if (this.resyncs++ > 0) await pause(this.environment, backoffMs(this.resyncs, BACKOFF, this.environment.random));
    const cursor = await this.handlers.startOver();
    if (turn !== this.turn) return;
    this.cursor = parseCursor(cursor);
    this.mustStartOver = false;
  }

  private acceptAll(events: readonly RoomEvent[]): void {
    for (const event of events) this.accept(event);
  }

  private accept(event: RoomEvent): void {
    const { cursor } = this;
    if (cursor === undefined || this.state === 'ended') return;
    if (event.epoch > cursor.epoch) return this.resync('The room continues in another epoch');
    if (event.epoch < cursor.epoch || event.seq <= cursor.seq) return;
    if (this.ahead.size >= MAX_AHEAD && event.seq > cursor.seq + 1) return;
    this.ahead.set(event.seq, event);
    this.deliver();
  }

  private deliver(): void {
    const { turn } = this;
    while (this.cursor !== undefined && turn === this.turn) {
      const next = this.ahead.get(this.cursor.seq + 1);
      if (next === undefined) return;
      this.ahead.delete(next.seq);
      // Moved first: whatever a listener does, this event isn't delivered again.
      this.cursor = { epoch: next.epoch, seq: next.seq };
      this.handlers.onEvent(next);
    }
  }

  /** Fetches what lies between the cursor and the events that came too early. */
  private async repair(turn: number): Promise<void> {
    if (this.repairing === turn) return;
    this.repairing = turn;
    try {
      await this.fetchMissing(turn);
    } catch (thrown) {
      // Subscribing from the cursor fetches the same.
      if (await this.failed(turn, thrown, 0)) this.start();
    } finally {
      if (this.repairing === turn) this.repairing = undefined;
    }
  }

  private async fetchMissing(turn: number): Promise<void> {
    for (let fruitless = 0; this.cursor !== undefined && this.ahead.size > 0 && turn === this.turn;) {
      if (fruitless > 0) await pause(this.environment, backoffMs(fruitless, BACKOFF, this.environment.random));
      const page = await this.wire.fetch(this.roomId, formatCursor(this.cursor));
      if (turn !== this.turn) return;
      this.acceptAll(page.events);
      fruitless = page.events.length > 0 ? 0 : fruitless + 1;
    }
  }

  /** Waits until it is time to try again; false if that is pointless. Starting over and ending are turns of their own. */
  private async failed(turn: number, thrown: unknown, attempt: number): Promise<boolean> {
    if (turn !== this.turn) return false;
    const error = AgentChatError.from(thrown);
    if (error.code === 'RESYNC_REQUIRED') this.resync(error.message);
    else if (!error.retryable) this.end(error);
    else await pause(this.environment, backoffMs(attempt, BACKOFF, this.environment.random, error.retryAfterMs));
    return turn === this.turn;
  }

  private end(error: AgentChatError): void {
    this.turn++;
    this.ahead.clear();
    this.change('ended', error);
  }

  private change(state: SubscriptionState, error?: AgentChatError): void {
    this.state = state;
    this.handlers.onState(state, error);
  }
}
