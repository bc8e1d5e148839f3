import { serveTasks } from '@agent-chat/load';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Server } from 'socket.io';

type Acknowledge = (answer: object) => void;

/** Socket.IO as its own documentation advises for few bytes a connection, with rooms that sockets join, and nothing else. */
async function start(): Promise<{ url: string }> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.engine.on('connection', (connection: { request: unknown }) => {
    connection.request = null;
  });
  io.on('connection', (socket) => {
    socket.on('room.subscribe', async ({ rooms }: { rooms: { roomId: string }[] }, acknowledge: Acknowledge) => {
      await socket.join(rooms.map(({ roomId }) => roomId));
      acknowledge({ ok: true, rooms: rooms.map(({ roomId }) => ({ roomId, cursor: '1.0' })) });
    });
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}` };
}

function memory(): NodeJS.MemoryUsage {
  for (let time = 0; time < 2; time++) globalThis.gc?.();
  return process.memoryUsage();
}

serveTasks({ start, memory });
