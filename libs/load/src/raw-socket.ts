import { WebSocket } from 'ws';
import { type LoggedEvent } from './logged-event';

interface Refusal {
  readonly ok: false;
  readonly error: { readonly code: string; readonly retryable?: boolean; readonly retryAfterMs?: number };
}

/** What a call is acknowledged with. */
export type CallAnswer<Body> = ({ readonly ok: true } & Body) | Refusal;

export interface ConnectOptions {
  readonly token?: string | undefined;
  /** The address to connect from, where one address has too few ports. */
  readonly localAddress?: string | undefined;
  /** How long the server may take to let the socket in; milliseconds. */
  readonly timeoutMs?: number;
}

/** The server answered, and does not let this socket in; `retryAfterMs` is 0 where it named no time. */
export class ConnectionRefused extends Error {
  constructor(
    readonly code: string,
    readonly retryAfterMs: number,
  ) {
    super(`Refused: ${code}`);
  }
}

const PING = '2';
const PONG = '3';
const OPEN = '0';
const CONNECTED = '40';
const CONNECT_ERROR = '44';
const ACKNOWLEDGEMENT = '43';
const EVENT = '42';
const EVENTS = '42["events"';
/** Frames whose bodies matter to few; those of typing and badges are not even parsed. */
const NOTICES = ['42["closing"', '42["resync"', '42["drain"'];
const CONNECT_TIMEOUT_MS = 20_000;

/** A Socket.IO client as thin as the protocol allows, so that thousands of them take little of the machine that is measured. */
export class RawSocket {
  onEvents: (events: readonly LoggedEvent[]) => void = () => undefined;
  /** Of `resync` and `drain`. */
  onNotice: (name: string, body: unknown) => void = () => undefined;
  /** Once, with the code that the server gave before, or that of the WebSocket. */
  onClose: (reason: string) => void = () => undefined;
  private readonly waiting = new Map<number, (answer: never) => void>();
  private calls = 0;
  private reason: string | undefined;
  private isClosed = false;

  private constructor(private readonly socket: WebSocket) {
    socket.on('close', (code) => {
      this.closed(String(code));
    });
    socket.on('error', (error) => {
      this.closed((error as NodeJS.ErrnoException).code ?? error.message);
    });
  }

  /** Resolves once the server has let the socket in; rejects with `ConnectionRefused`, or with the network's error. */
  static connect(url: string, { token = '', localAddress, timeoutMs = CONNECT_TIMEOUT_MS }: ConnectOptions = {}): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
        perMessageDeflate: false,
        skipUTF8Validation: true,
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      const raw = new RawSocket(socket);
      const failed = (error: Error): void => {
        clearTimeout(timer);
        socket.terminate();
        reject(error);
      };
      const timer = setTimeout(() => {
        failed(Object.assign(new Error('The server did not let the socket in in time'), { code: 'CONNECT_TIMEOUT' }));
      }, timeoutMs);
      raw.onClose = (reason) => {
        failed(Object.assign(new Error(`Closed before it was let in: ${reason}`), { code: reason }));
      };
      // One listener from the first frame to the last: frames may share a piece of data with the one that lets the socket in.
      let take = (text: string): void => {
        if (text.startsWith(OPEN)) socket.send(`${CONNECTED}${JSON.stringify({ token })}`);
        else if (text.startsWith(CONNECT_ERROR)) failed(refusalFrom(text));
        else if (text.startsWith(CONNECTED)) {
          clearTimeout(timer);
          raw.onClose = () => undefined;
          take = (later) => {
            raw.receive(later);
          };
          resolve(raw);
        }
      };
      socket.on('message', (data: Buffer) => {
        take(data.toString());
      });
    });
  }

  get isOpen(): boolean {
    return !this.isClosed;
  }

  call<Body>(name: string, body: object): Promise<CallAnswer<Body>> {
    return new Promise((resolve) => {
      this.callBack(name, JSON.stringify(body), resolve);
    });
  }

  /** The hot path: the body is JSON already, and no promise is made. A socket that closes answers nothing any more. */
  callBack<Body>(name: string, json: string, onAnswer: (answer: CallAnswer<Body>) => void): void {
    const id = this.calls++;
    this.waiting.set(id, onAnswer);
    this.socket.send(`${EVENT}${String(id)}["${name}",${json}]`);
  }

  /** Reads nothing more, as a client that hangs: what is sent to it waits in the network, then at the server. */
  stopReading(): void {
    this.socket.pause();
  }

  /** Cuts the connection without a word, as a network does. */
  close(): void {
    this.socket.terminate();
  }

  private closed(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.waiting.clear();
    this.onClose(this.reason ?? reason);
  }

  private receive(text: string): void {
    if (text === PING) this.socket.send(PONG);
    else if (text.startsWith(EVENTS)) {
      this.onEvents(eventsOf(text));
    } else if (text.startsWith(ACKNOWLEDGEMENT)) this.acknowledged(text);
    else if (NOTICES.some((notice) => text.startsWith(notice))) this.noticed(text);
  }

  private noticed(text: string): void {
    const [name, body] = JSON.parse(text.slice(EVENT.length)) as [string, { readonly code?: string }];
    if (name === 'closing') this.reason = body.code;
    else this.onNotice(name, body);
  }

  private acknowledged(text: string): void {
    const bodyAt = text.indexOf('[');
    const id = Number(text.slice(ACKNOWLEDGEMENT.length, bodyAt));
    const [answer] = JSON.parse(text.slice(bodyAt)) as [never];
    const onAnswer = this.waiting.get(id);
    this.waiting.delete(id);
    onAnswer?.(answer);
  }
}

/** The last frame of events that any socket of this process got: thousands in one room get the same. */
let lastFrame: { readonly text: string; readonly events: readonly LoggedEvent[] } = { text: '', events: [] };

function eventsOf(text: string): readonly LoggedEvent[] {
  if (lastFrame.text !== text) lastFrame = { text, events: (JSON.parse(text.slice(EVENT.length)) as [string, LoggedEvent[]])[1] };
  return lastFrame.events;
}

function refusalFrom(text: string): ConnectionRefused {
  const { data } = JSON.parse(text.slice(CONNECT_ERROR.length)) as { readonly data?: { readonly code?: string; readonly retryAfterMs?: number } };
  return new ConnectionRefused(data?.code ?? 'REFUSED', data?.retryAfterMs ?? 0);
}
