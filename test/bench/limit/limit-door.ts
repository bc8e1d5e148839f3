import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type LimitPost } from './limit-rows';

export interface LimitConnection {
  readonly userId: string;
  readonly socket: Socket;
}

/** A post, and where its answer goes. */
export interface ReceivedPost extends LimitPost {
  readonly connection: LimitConnection;
  readonly callId: string;
}

interface CallBody {
  readonly rooms?: readonly { readonly roomId: string }[];
  readonly roomId?: string;
  readonly clientMsgId?: string;
  readonly text?: string;
}

/** Sockets that speak just enough of Socket.IO; everybody is who they are and may do what they ask for. */
export class LimitDoor {
  private readonly members = new Map<string, Set<LimitConnection>>();

  private constructor(private readonly onPost: (post: ReceivedPost) => void) {}

  /** Resolves when it listens, with its address. */
  static async open(onPost: (post: ReceivedPost) => void): Promise<{ door: LimitDoor; url: string }> {
    const door = new LimitDoor(onPost);
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, skipUTF8Validation: true });
    await once(server, 'listening');
    server.on('connection', (socket) => {
      door.connect(socket);
    });
    return { door, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
  }

  /** Writes each room's frame to its members, then the answers, with one system call a socket. */
  deliver(frames: ReadonlyMap<string, string>, answers: Iterable<{ readonly to: Pick<ReceivedPost, 'connection' | 'callId'>; readonly answer: string }>): void {
    const corked = new Set<Socket>();
    const write = (socket: Socket, frame: Buffer): void => {
      if (!corked.has(socket)) socket.cork();
      corked.add(socket);
      socket.write(frame);
    };
    for (const [roomId, text] of frames) {
      const frame = frameOf(text);
      for (const { socket } of this.members.get(roomId) ?? []) write(socket, frame);
    }
    for (const { to, answer } of answers) write(to.connection.socket, frameOf(`43${to.callId}[${answer}]`));
    for (const socket of corked) socket.uncork();
  }

  private connect(webSocket: WebSocket): void {
    const { _socket: socket } = webSocket as unknown as { _socket: Socket };
    const connection: LimitConnection = { userId: randomUUID(), socket };
    webSocket.send('0{"sid":"limit"}');
    webSocket.on('message', (data: Buffer) => {
      this.receive(connection, data.toString());
    });
  }

  private receive(connection: LimitConnection, text: string): void {
    if (text.startsWith('40')) connection.socket.write(frameOf('40{"sid":"limit"}'));
    if (!text.startsWith('42')) return;
    const bodyAt = text.indexOf('[');
    const callId = text.slice(2, bodyAt);
    const [call, body] = JSON.parse(text.slice(bodyAt)) as [string, CallBody];
    if (call === 'room.subscribe') this.subscribe(connection, callId, body.rooms ?? []);
    else this.onPost({ roomId: body.roomId ?? '', userId: connection.userId, clientMsgId: body.clientMsgId ?? '', text: body.text ?? '', connection, callId });
  }

  private subscribe(connection: LimitConnection, callId: string, rooms: readonly { readonly roomId: string }[]): void {
    for (const { roomId } of rooms) this.members.set(roomId, (this.members.get(roomId) ?? new Set()).add(connection));
    connection.socket.write(frameOf(`43${callId}${JSON.stringify([{ ok: true, rooms: rooms.map(({ roomId }) => ({ roomId, cursor: '1.0' })) }])}`));
  }
}

/** A whole WebSocket frame of text, ready to be written. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const length = payload.length;
  const header = length < 126 ? Buffer.from([0x81, length]) : length < 65_536 ? Buffer.from([0x81, 126, length >> 8, length & 255]) : longHeader(length);
  return Buffer.concat([header, payload]);
}

function longHeader(length: number): Buffer {
  const header = Buffer.alloc(10);
  header[0] = 0x81;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
