import { type CallAnswer, ConnectionRefused, type ConnectOptions, type LoggedEvent, RawSocket } from '@agent-chat/load';
import { sharedNowMs } from '../run/shared-clock';
import { type Stream } from './stream';

export interface ConnectionHost {
  readonly random: () => number;
  seen(stream: Stream, event: LoggedEvent): void;
  /** Live in all of its rooms, `lostMs` being when it was lost and `triedMs` when the attempt began; at the first opening the former is the latter. */
  opened(connection: Connection, lostMs: number, triedMs: number): void;
  /** By the server's doing or the network's, not by `cut`. */
  lost(connection: Connection, code: string): void;
  refused(connection: Connection, code: string): void;
  resynced(): void;
}

interface SubscribedRoom {
  readonly roomId: string;
  readonly cursor: string;
  readonly events: readonly LoggedEvent[];
  readonly more: boolean;
  readonly error?: { readonly code: string };
}

/** As the SDK does: full jitter, doubling. */
const BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
const ROOMS_PER_SUBSCRIBE = 100;

/** One connection of one person, as a real client keeps it: it comes back by itself, and goes on in each room where it was. */
export class Connection {
  readonly streams: ReadonlyMap<string, Stream>;
  isLive = false;
  private socket: RawSocket | undefined;
  private readonly unanswered = new Set<() => void>();
  private waiting: (() => void)[] = [];
  private attempts = 0;
  private lostMs = 0;
  private isEnded = false;

  /** `options` are asked for at each attempt: tokens change. */
  constructor(
    readonly person: number,
    private readonly url: string,
    rooms: readonly Stream[],
    private readonly options: () => ConnectOptions,
    private readonly host: ConnectionHost,
  ) {
    this.streams = new Map(rooms.map((stream) => [stream.roomId, stream]));
  }

  /** One attempt; another follows by itself if it fails. */
  open(): void {
    const triedMs = sharedNowMs();
    if (this.lostMs === 0) this.lostMs = triedMs;
    RawSocket.connect(this.url, this.options()).then(
      (socket) => {
        if (this.isEnded) socket.close();
        else this.take(socket, triedMs);
      },
      (error: unknown) => {
        const refusal = error instanceof ConnectionRefused ? error : undefined;
        this.host.refused(this, refusal?.code ?? (error as NodeJS.ErrnoException).code ?? 'NETWORK');
        this.again(refusal?.retryAfterMs ?? 0);
      },
    );
  }

  /** Cuts it; it comes back. `dueMs`: when it was to be cut. */
  cut(dueMs: number): void {
    if (this.socket === undefined) return;
    this.lostMs = dueMs;
    // At once, though the socket says so only in a moment: it must not be cut twice.
    this.isLive = false;
    this.socket.close();
  }

  /** For good. */
  end(): void {
    this.isEnded = true;
    this.socket?.close();
  }

  /** Runs it now, or when the connection is there again. */
  whenLive(task: () => void): void {
    if (this.isLive) task();
    else this.waiting.push(task);
  }

  /** The answer, or `undefined` where the connection ended before it came. */
  call<Body>(name: string, json: string, onAnswer: (answer: CallAnswer<Body> | undefined) => void): void {
    const { socket, unanswered } = this;
    if (socket === undefined) return onAnswer(undefined);
    const lost = (): void => onAnswer(undefined);
    unanswered.add(lost);
    socket.callBack<Body>(name, json, (answer) => {
      unanswered.delete(lost);
      onAnswer(answer);
    });
  }

  private take(socket: RawSocket, triedMs: number): void {
    this.socket = socket;
    socket.onEvents = (events) => {
      for (const event of events) this.see(event);
    };
    socket.onNotice = (name, body) => {
      if (name !== 'resync') return;
      this.host.resynced();
      this.streams.get((body as { readonly roomId: string }).roomId)?.forget();
      socket.close();
    };
    socket.onClose = (reason) => {
      this.closed(reason);
    };
    // It may have been closed together with its admission.
    if (!socket.isOpen) return this.closed('CLOSED');
    const rooms = [...this.streams.values()];
    if (rooms.length === 0) this.becameLive(triedMs);
    for (let from = 0; from < rooms.length; from += ROOMS_PER_SUBSCRIBE) this.subscribe(rooms.slice(from, from + ROOMS_PER_SUBSCRIBE), triedMs);
  }

  private subscribe(rooms: readonly Stream[], triedMs: number): void {
    const asked = rooms.map(({ roomId, cursor }) => ({ roomId, cursor }));
    this.call<{ rooms: SubscribedRoom[] }>('room.subscribe', JSON.stringify({ rooms: asked }), (answer) => {
      if (answer === undefined) return;
      if (!answer.ok) return this.giveUp(answer.error.code);
      for (const room of answer.rooms) this.subscribed(room, triedMs);
    });
  }

  private subscribed({ roomId, error, ...page }: SubscribedRoom, triedMs: number): void {
    const stream = this.streams.get(roomId);
    if (stream === undefined) return;
    if (error !== undefined) {
      if (error.code === 'RESYNC_REQUIRED') this.host.resynced();
      stream.forget();
      return this.giveUp(error.code);
    }
    if (stream.tally === undefined) stream.begin(page.cursor);
    this.takePage(stream, page, triedMs);
  }

  private takePage(stream: Stream, { events, cursor, more }: Omit<SubscribedRoom, 'roomId' | 'error'>, triedMs: number): void {
    for (const event of events) this.host.seen(stream, event);
    if (!more) {
      stream.isLive = true;
      if ([...this.streams.values()].every(({ isLive }) => isLive)) this.becameLive(triedMs);
      return;
    }
    const body = JSON.stringify({ roomId: stream.roomId, after: cursor, limit: 500 });
    this.call<Omit<SubscribedRoom, 'roomId' | 'error'>>('events.fetch', body, (answer) => {
      if (answer === undefined) return;
      if (answer.ok) this.takePage(stream, answer, triedMs);
      else this.giveUp(answer.error.code);
    });
  }

  private see(event: LoggedEvent): void {
    const stream = this.streams.get(event.roomId);
    if (stream?.tally !== undefined) this.host.seen(stream, event);
  }

  private becameLive(triedMs: number): void {
    this.isLive = true;
    this.attempts = 0;
    this.host.opened(this, this.lostMs, triedMs);
    this.lostMs = 0;
    const tasks = this.waiting;
    this.waiting = [];
    for (const task of tasks) this.whenLive(task);
  }

  private giveUp(code: string): void {
    this.host.refused(this, code);
    this.socket?.close();
  }

  private closed(reason: string): void {
    if (this.isLive) this.host.lost(this, reason);
    this.isLive = false;
    this.socket = undefined;
    if (this.lostMs === 0) this.lostMs = sharedNowMs();
    for (const stream of this.streams.values()) stream.isLive = false;
    const lost = [...this.unanswered];
    this.unanswered.clear();
    for (const tell of lost) tell();
    this.again(0);
  }

  private again(retryAfterMs: number): void {
    if (this.isEnded) return;
    const bound = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** this.attempts++);
    setTimeout(
      () => {
        if (!this.isEnded) this.open();
      },
      retryAfterMs + this.host.random() * bound,
    );
  }
}
