import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type LoggedEvent } from '../../support/rest-client';

interface Refusal {
  readonly ok: false;
  readonly error: { readonly code: string };
}

export type CallAnswer<Body> = ({ readonly ok: true } & Body) | Refusal;

const PING = '2';
const PONG = '3';
const OPEN = '0';
const CONNECTED = '40';
const ACKNOWLEDGEMENT = '43';
const EVENT = '42';

/** A Socket.IO client as thin as the protocol allows, so that thousands of them take little of the machine that is measured. */
export class RawSocket {
  onEvents: (events: readonly LoggedEvent[]) => void = () => undefined;
  onClose: (reason: string) => void = () => undefined;
  private readonly waiting = new Map<number, (answer: never) => void>();
  private calls = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      this.receive(data.toString());
    });
    socket.on('close', (code) => this.onClose(String(code)));
    socket.on('error', (error) => this.onClose(error.message));
  }

  /** Resolves once the server has let the socket in. */
  static async connect(url: string, token = ''): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false, skipUTF8Validation: true });
    const opened = once(socket, 'message') as Promise<[Buffer]>;
    const [open] = await opened;
    if (!open.toString().startsWith(OPEN)) throw new Error(`Unexpected greeting: ${open.toString()}`);
    const admitted = once(socket, 'message') as Promise<[Buffer]>;
    socket.send(`${CONNECTED}${JSON.stringify({ token })}`);
    const [answer] = await admitted;
    if (!answer.toString().startsWith(CONNECTED)) throw new Error(`Refused: ${answer.toString()}`);
    return new RawSocket(socket);
  }

  call<Body>(name: string, body: object): Promise<CallAnswer<Body>> {
    return new Promise((resolve) => {
      this.callBack(name, JSON.stringify(body), resolve);
    });
  }

  /** The hot path: the body is JSON already, and no promise is made. */
  callBack<Body>(name: string, json: string, onAnswer: (answer: CallAnswer<Body>) => void): void {
    const id = this.calls++;
    this.waiting.set(id, onAnswer);
    this.socket.send(`${EVENT}${String(id)}["${name}",${json}]`);
  }

  close(): void {
    this.socket.terminate();
  }

  private receive(text: string): void {
    if (text === PING) this.socket.send(PONG);
    else if (text.startsWith(EVENT)) {
      const [name, body] = JSON.parse(text.slice(EVENT.length)) as [string, LoggedEvent[]];
      if (name === 'events') this.onEvents(body);
      else if (name === 'closing') this.onClose(JSON.stringify(body));
    } else if (text.startsWith(ACKNOWLEDGEMENT)) this.acknowledged(text);
  }

  private acknowledged(text: string): void {
    const bodyAt = text.indexOf('[');
    const id = Number(text.slice(ACKNOWLEDGEMENT.length, bodyAt));
    const [answer] = JSON.parse(text.slice(bodyAt)) as [never];
    this.waiting.get(id)?.(answer);
    this.waiting.delete(id);
  }
}
