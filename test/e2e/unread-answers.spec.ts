import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { RestClient } from '../support/rest-client';
import { SocketClient } from '../support/socket-client';
import { SseClient } from '../support/sse-client';
import { startSystem } from '../support/start-system';

jest.setTimeout(120_000);

describe('answers that nobody reads', () => {
  it('are given up within a minute, while quiet sockets and event streams stay', async () => {
    const system = await startSystem();
    const alice = await RestClient.register(system.url, 'alice');
    const { roomId } = await alice.createRoom({ kind: 'private', name: 'long' });
    for (let index = 0; index < 100; index++) await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text: 'x'.repeat(8_000) });
    const [socket, stream] = [await SocketClient.connect(alice), await SseClient.open(alice, `?rooms=${roomId}`)];

    const { hostname, port } = new URL(system.url);
    const page = `GET /api/v1/rooms/${roomId}/messages?limit=100 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${alice.credentials?.accessToken ?? ''}\r\n\r\n`;
    const unread = connect(Number(port), hostname).on('error', () => undefined);
    unread.pause().write(page.repeat(40));
    await once(unread, 'connect');
    const isHeld = (): boolean => isEstablished(Number(port), unread.localPort ?? 0);
    expect(isHeld()).toBe(true);
    await eventually(() => expect(isHeld()).toBe(false), { timeoutMs: 55_000 });

    await alice.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: 'last', text: 'still here' });
    await stream.until(roomId, 103);
    expect(await socket.call('room.subscribe', { rooms: [{ roomId }] })).toMatchObject({ ok: true });
    unread.destroy();
    socket.close();
    await stream.close();
    await system.remove();
  });
});

/** Whether the system has the server's end of a connection open; a client that doesn't read isn't told. */
function isEstablished(serverPort: number, clientPort: number): boolean {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`:${hex(serverPort)} [0-9A-F]+:${hex(clientPort)} 01 `).test(readFileSync('/proc/net/tcp', 'utf8'));
}
