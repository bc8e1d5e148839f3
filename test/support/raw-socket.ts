import { eventually } from '@agent-chat/testing';
import { WebSocket } from 'ws';
import { type RestClient } from './rest-client';

export interface RawAnswer {
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

/** A WebSocket that says what it wants to a Socket.IO server, also what no client would. */
export class RawSocket {
  /** Everything that it was sent, as it came. */
  readonly frames: string[] = [];
  isClosed = false;
  private calls = 0;

  private constructor(private readonly webSocket: WebSocket) {
    webSocket.on('message', (data: Buffer) => {
      const frame = data.toString();
      this.frames.push(frame);
      if (frame === '2') this.send('3');
    });
    webSocket.on('close', () => (this.isClosed = true));
    webSocket.on('error', () => undefined);
  }

  /** Opens the transport alone: the server doesn't know yet who is there. */
  static async open(url: string): Promise<RawSocket> {
    const webSocket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const socket = new RawSocket(webSocket);
    await new Promise((resolve, reject) => {
      webSocket.once('open', resolve);
      webSocket.once('error', reject);
    });
    return socket;
  }

  /** Opens it and logs in; resolves also when it was refused. */
  static async connect({ url, credentials }: RestClient): Promise<RawSocket> {
    const socket = await RawSocket.open(url);
    socket.send(`40${JSON.stringify({ token: credentials?.accessToken })}`);
    await eventually(() => expect(socket.frames.some((frame) => /^4[04]/.test(frame))).toBe(true), { timeoutMs: 15_000 });
    return socket;
  }

  get isConnected(): boolean {
    return !this.isClosed && this.frames.some((frame) => frame.startsWith('40'));
  }

  /** The code that the server gave for closing it. */
  get closingCode(): string | undefined {
    return /^42\["closing",{"code":"(\w+)"/.exec(this.frames.find((frame) => frame.startsWith('42["closing"')) ?? '')?.[1];
  }

  get unsentBytes(): number {
    return this.webSocket.bufferedAmount;
  }

  send(frame: string | Buffer): void {
    if (this.webSocket.readyState === WebSocket.OPEN) this.webSocket.send(frame);
  }

  /** Calls with any body, given as JSON; resolves with the acknowledgement. */
  async call(name: string, json: string): Promise<RawAnswer> {
    const id = String(++this.calls);
    this.send(`42${id}[${JSON.stringify(name)}${json === '' ? '' : `,${json}`}]`);
    const start = `43${id}[`;
    const frame = await eventually(
      () => {
        const answer = this.frames.find((text) => text.startsWith(start));
        expect(answer).toBeDefined();
        return answer ?? '';
      },
      { timeoutMs: 15_000, intervalMs: 2 },
    );
    this.frames.splice(this.frames.indexOf(frame), 1);
    return (JSON.parse(frame.slice(start.length - 1)) as [RawAnswer])[0];
  }

  /** Goes on being connected and reads nothing any more. */
  stopReading(): void {
    this.webSocket.pause();
  }

  readOn(): void {
    this.webSocket.resume();
  }

  end(): void {
    this.webSocket.terminate();
  }
}
