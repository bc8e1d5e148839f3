import { serveTasks } from '@agent-chat/load';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, type Socket } from 'node:net';
import { Pool } from 'pg';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * The durable path and nothing else: the rows that a post becomes here, written by one statement for all posts that wait, and frames that are made
 * once a room and commit. No accounts, no rights, no keys looked up, no partitions, no fences, no limits: what is left between this and a chat server is
 * what that server does beside storing and delivering.
 */

const SCHEMA = `
  DROP TABLE IF EXISTS limit_events, limit_messages, limit_keys, limit_rooms, limit_marks;
  CREATE TABLE limit_events (partition int, position bigint, room_id uuid, seq bigint, epoch bigint, type text, actor_id uuid, payload jsonb, request_id uuid,
    created_at timestamptz, PRIMARY KEY (room_id, seq, created_at), UNIQUE (partition, position, created_at));
  CREATE TABLE limit_messages (room_id uuid, seq bigint, message_id uuid UNIQUE, posted_no bigint, author_id uuid, client_msg_id text, text text, created_at timestamptz,
    PRIMARY KEY (room_id, seq)) WITH (fillfactor = 90);
  CREATE TABLE limit_keys (room_id uuid, actor_id uuid, key text, digest text, request_id uuid, seq bigint, message_id uuid, created_at timestamptz,
    PRIMARY KEY (room_id, actor_id, key));
  CREATE TABLE limit_rooms (room_id uuid PRIMARY KEY, last_seq bigint, posted_count bigint, active_at timestamptz) WITH (fillfactor = 70);
  CREATE TABLE limit_marks (room_id uuid, user_id uuid, read_seq bigint, read_count bigint, PRIMARY KEY (room_id, user_id)) WITH (fillfactor = 70)`;

const COMMIT = `
  WITH events AS (INSERT INTO limit_events SELECT * FROM json_to_recordset($1) AS e(partition int, position bigint, room_id uuid, seq bigint, epoch bigint, type text,
      actor_id uuid, payload jsonb, request_id uuid, created_at timestamptz)),
    messages AS (INSERT INTO limit_messages SELECT * FROM json_to_recordset($2) AS m(room_id uuid, seq bigint, message_id uuid, posted_no bigint, author_id uuid,
      client_msg_id text, text text, created_at timestamptz)),
    keys AS (INSERT INTO limit_keys SELECT * FROM json_to_recordset($3) AS k(room_id uuid, actor_id uuid, key text, digest text, request_id uuid, seq bigint,
      message_id uuid, created_at timestamptz)),
    rooms AS (INSERT INTO limit_rooms SELECT * FROM json_to_recordset($4) AS r(room_id uuid, last_seq bigint, posted_count bigint, active_at timestamptz)
      ON CONFLICT (room_id) DO UPDATE SET last_seq = excluded.last_seq, posted_count = excluded.posted_count, active_at = excluded.active_at)
  INSERT INTO limit_marks SELECT * FROM json_to_recordset($5) AS w(room_id uuid, user_id uuid, read_seq bigint, read_count bigint)
    ON CONFLICT (room_id, user_id) DO UPDATE SET read_seq = excluded.read_seq, read_count = excluded.read_count`;

interface Post {
  readonly room: Room;
  readonly connection: Connection;
  readonly callId: string;
  readonly clientMsgId: string;
  readonly text: string;
}

interface Connection {
  readonly userId: string;
  readonly socket: Socket;
}

interface Room {
  readonly roomId: string;
  readonly members: Set<Connection>;
  seq: number;
}

/** What the members of a room get of one commit. */
interface Frame {
  readonly room: Room;
  readonly events: string[];
}

interface Answer {
  readonly socket: Socket;
  readonly text: string;
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

class Limit {
  private readonly rooms = new Map<string, Room>();
  private waiting: Post[] = [];
  private isCommitting = false;
  private position = 0;

  constructor(private readonly pool: Pool) {}

  connect(webSocket: WebSocket): void {
    const { _socket: socket } = webSocket as unknown as { _socket: Socket };
    const connection: Connection = { userId: randomUUID(), socket };
    webSocket.send('0{"sid":"limit"}');
    webSocket.on('message', (data: Buffer) => {
      this.receive(connection, data.toString());
    });
  }

  private receive(connection: Connection, text: string): void {
    if (text.startsWith('40')) {
      connection.socket.write(frameOf('40{"sid":"limit"}'));
      return;
    }
    if (!text.startsWith('42')) return;
    const bodyAt = text.indexOf('[');
    const callId = text.slice(2, bodyAt);
    const [call, body] = JSON.parse(text.slice(bodyAt)) as [string, { rooms?: { roomId: string }[]; roomId?: string; clientMsgId?: string; text?: string }];
    if (call === 'room.subscribe') {
      const rooms = (body.rooms ?? []).map(({ roomId }) => this.room(roomId));
      for (const room of rooms) room.members.add(connection);
      connection.socket.write(
        frameOf(`43${callId}${JSON.stringify([{ ok: true, rooms: (body.rooms ?? []).map(({ roomId }) => ({ roomId, cursor: '1.0' })) }])}`),
      );
    } else {
      this.waiting.push({ room: this.room(body.roomId ?? ''), connection, callId, clientMsgId: body.clientMsgId ?? '', text: body.text ?? '' });
      if (!this.isCommitting) void this.commit();
    }
  }

  private room(roomId: string): Room {
    const known = this.rooms.get(roomId);
    if (known !== undefined) return known;
    const room: Room = { roomId, members: new Set(), seq: 0 };
    this.rooms.set(roomId, room);
    return room;
  }

  private async commit(): Promise<void> {
    this.isCommitting = true;
    while (this.waiting.length > 0) {
      const posts = this.waiting;
      this.waiting = [];
      const frames = new Map<string, Frame>();
      const answers: Answer[] = [];
      const rows = this.rowsOf(posts, frames, answers);
      await this.pool.query(COMMIT, rows);
      this.deliver(frames, answers);
    }
    this.isCommitting = false;
  }

  private rowsOf(posts: readonly Post[], frames: Map<string, Frame>, answers: Answer[]): string[] {
    const at = new Date().toISOString();
    const [events, messages, keys]: object[][] = [[], [], []];
    const rooms = new Map<string, object>();
    const marks = new Map<string, object>();
    for (const { room, connection, callId, clientMsgId, text } of posts) {
      const { roomId } = room;
      const seq = ++room.seq;
      const [messageId, requestId] = [randomUUID(), randomUUID()];
      const authorId = connection.userId;
      const data = { messageId, roomId, seq, authorId, clientMsgId, text, createdAt: at, reactions: [], attachments: [], mentions: [] };
      const payload = { messageId, clientMsgId, text, mentions: [] };
      events?.push({
        partition: 0,
        position: ++this.position,
        room_id: roomId,
        seq,
        epoch: 1,
        type: 'message.posted',
        actor_id: authorId,
        payload,
        request_id: requestId,
        created_at: at,
      });
      messages?.push({ room_id: roomId, seq, message_id: messageId, posted_no: seq, author_id: authorId, client_msg_id: clientMsgId, text, created_at: at });
      keys?.push({
        room_id: roomId,
        actor_id: authorId,
        key: clientMsgId,
        digest: requestId,
        request_id: requestId,
        seq,
        message_id: messageId,
        created_at: at,
      });
      rooms.set(roomId, { room_id: roomId, last_seq: seq, posted_count: seq, active_at: at });
      marks.set(`${roomId} ${authorId}`, { room_id: roomId, user_id: authorId, read_seq: seq, read_count: seq });
      const frame = frames.get(roomId) ?? { room, events: [] };
      frame.events.push(JSON.stringify({ roomId, epoch: 1, seq, type: 'message.posted', actorId: authorId, at, data }));
      frames.set(roomId, frame);
      answers.push({
        socket: connection.socket,
        text: `43${callId}[{"ok":true,"messageId":"${messageId}","seq":${String(seq)},"epoch":1,"committedAt":"${at}","duplicate":false}]`,
      });
    }
    return [events, messages, keys, [...rooms.values()], [...marks.values()]].map((of) => JSON.stringify(of));
  }

  private deliver(frames: ReadonlyMap<string, Frame>, answers: readonly Answer[]): void {
    const corked = new Set<Socket>();
    const write = (socket: Socket, frame: Buffer): void => {
      if (!corked.has(socket)) socket.cork();
      corked.add(socket);
      socket.write(frame);
    };
    for (const { room, events } of frames.values()) {
      const frame = frameOf(`42["events",[${events.join(',')}]]`);
      for (const { socket } of room.members) write(socket, frame);
    }
    for (const { socket, text } of answers) write(socket, frameOf(text));
    for (const socket of corked) socket.uncork();
  }
}

async function start({ databaseUrl }: { databaseUrl: string }): Promise<{ url: string }> {
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  await pool.query(SCHEMA);
  const limit = new Limit(pool);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, skipUTF8Validation: true });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    limit.connect(socket);
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

serveTasks({ start });
