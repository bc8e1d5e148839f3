import { eventually } from '@agent-chat/testing';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { RestClient } from '../../support/rest-client';
import { SocketClient } from '../../support/socket-client';
import { startWholeApp } from '../../support/whole-app';

describe('a process that leaves', () => {
  it('is not held up by a client that does not read its answers', async () => {
    const app = await startWholeApp('leaving');
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    // Far more than the kernel buffers, asked for at once and never read.
    socket.pause();
    socket.write('GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(40));
    const ended = once(socket, 'close');
    await expect(fetch(`${app.url}/api/health/live`).then(({ status }) => status)).resolves.toBe(200);

    await app.close();

    socket.resume();
    await ended;
    expect(socket.bytesRead).toBeLessThan(40 * 1_000_000);
  });

  it('ends each connection with its answer, so that a caller goes on elsewhere', async () => {
    const app = await startWholeApp('leaving', { DRAIN_MS: '500' });
    const [agent, kept] = [new Agent({ keepAlive: true }), async () => (await ask(app.url, agent)).headers.connection];
    expect(await kept()).toBe('keep-alive');
    // Somebody who has to be told: without connections the drain has no window.
    const socket = await SocketClient.connect(await RestClient.register(app.url, 'ann'));
    const closing = app.close();
    await eventually(async () => expect(await kept()).toBe('close'), { intervalMs: 5 });
    await closing;
    socket.close();
  });
});

function ask(url: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/api/health/live`, { agent }, (answer) => resolve(answer.resume())).on('error', reject);
  });
}
