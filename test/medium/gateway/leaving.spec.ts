import { once } from 'node:events';
import { connect } from 'node:net';
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
});
