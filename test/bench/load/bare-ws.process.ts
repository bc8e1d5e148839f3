import { serveTasks } from '@agent-chat/load';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** As little as a server can do that writes the same frames: it answers the handshake, and sends each post to everybody. */
async function start(): Promise<{ url: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  let seq = 0;
  const answer = (socket: WebSocket, text: string): void => {
    if (text.startsWith('40')) return socket.send('40{"sid":"bare"}');
    const bodyAt = text.indexOf('[');
    const id = text.slice(2, bodyAt);
    const [call, { clientMsgId, text: body }] = JSON.parse(text.slice(bodyAt)) as [string, { clientMsgId: string; text: string }];
    if (call === 'room.subscribe') return socket.send(`43${id}[{"ok":true,"rooms":[{"cursor":"1.${String(seq)}"}]}]`);
    seq++;
    const id36 = '0190b5a0-0000-7000-8000-000000000000';
    const at = '2026-01-01T00:00:00.000Z';
    const data = { messageId: id36, roomId: id36, seq, authorId: id36, clientMsgId, text: body, createdAt: at, reactions: [], attachments: [], mentions: [] };
    const frame = Buffer.from(`42${JSON.stringify(['events', [{ roomId: id36, epoch: 1, seq, type: 'message.posted', actorId: id36, at, data }]])}`);
    for (const client of server.clients) client.send(frame, { binary: false });
    socket.send(`43${id}[{"ok":true,"seq":${String(seq)}}]`);
  };
  server.on('connection', (socket) => {
    socket.send('0{"sid":"bare"}');
    socket.on('message', (data: Buffer) => {
      answer(socket, data.toString());
    });
  });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

serveTasks({ start });
