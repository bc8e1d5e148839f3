import { serveTasks } from '@agent-chat/load';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { Server } from 'socket.io';

interface Post {
  readonly roomId: string;
  readonly clientMsgId: string;
  readonly text: string;
}

type Acknowledge = (answer: object) => void;

const TABLE = `CREATE TABLE IF NOT EXISTS plain_messages (
  id bigserial PRIMARY KEY, room_id text NOT NULL, author_id text NOT NULL, text text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX IF NOT EXISTS plain_messages_by_room ON plain_messages (room_id, id);`;

/** What is usually written first: store each message with one INSERT, then broadcast it to its room and acknowledge. */
async function start({ databaseUrl, connections }: { databaseUrl: string; connections: number }): Promise<{ url: string }> {
  const pool = new Pool({ connectionString: databaseUrl, max: connections });
  await pool.query(TABLE);
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.on('room.subscribe', async ({ rooms }: { rooms: { roomId: string }[] }, acknowledge: Acknowledge) => {
      await socket.join(rooms.map(({ roomId }) => roomId));
      acknowledge({ ok: true, rooms: rooms.map(({ roomId }) => ({ roomId, cursor: '1.0' })) });
    });
    socket.on('message.post', async ({ roomId, clientMsgId, text }: Post, acknowledge: Acknowledge) => {
      const { rows } = await pool.query<{ id: string; created_at: Date }>(
        'INSERT INTO plain_messages (room_id, author_id, text) VALUES ($1, $2, $3) RETURNING id, created_at',
        [roomId, socket.id, text],
      );
      const messageId = randomUUID();
      const seq = Number(rows[0]?.id);
      const at = rows[0]?.created_at.toISOString();
      const data = { messageId, roomId, seq, authorId: socket.id, clientMsgId, text, createdAt: at, reactions: [], attachments: [], mentions: [] };
      io.to(roomId).emit('events', [{ roomId, epoch: 1, seq, type: 'message.posted', actorId: socket.id, at, data }]);
      acknowledge({ ok: true, messageId, seq, committedAt: at });
    });
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}` };
}

serveTasks({ start });
