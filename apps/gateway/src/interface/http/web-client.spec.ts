import express from 'express';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webClient } from './web-client';

/** As it comes: `fetch` unpacks by itself. */
async function rawGet(address: string, encoding: string): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const [answer] = (await once(request(address, { headers: { 'accept-encoding': encoding } }).end(), 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

describe('the web client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-web-'));
  let server: Server;
  let url: string;
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<title>Agent Chat</title>');
    writeFileSync(join(folder, 'assets/index-abc123.js'), 'run()');
    writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
    writeFileSync(join(folder, 'assets/gone-abc123.js.br'), 'removed by the next build');
    writeFileSync(join(folder, 'assets/large-abc123.js'), 'as it is');
    writeFileSync(join(folder, 'assets/large-abc123.js.br'), 'in brotli');
    writeFileSync(join(folder, 'assets/large-abc123.js.gz'), 'in gzip');
    const app = express();
    app.use(webClient(folder));
    rmSync(join(folder, 'assets/gone-abc123.js.br'));
    app.use((_request, response) => {
      response.status(404).send('the server');
    });
    server = app.listen(0);
    await once(server, 'listening');
    url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const get = async (path: string, method = 'GET', accept = 'text/html,*/*;q=0.8') => {
    const answer = await fetch(`${url}${path}`, { method, headers: { accept } });
    return { status: answer.status, text: await answer.text(), cache: answer.headers.get('cache-control') };
  };

  it.each(['/', '/index.html', '/rooms/0190a6b2', '/login?next=%2Frooms'])('answers %s with its page, fresh each time', async (path) => {
    expect(await get(path)).toEqual({ status: 200, text: '<title>Agent Chat</title>', cache: 'no-cache' });
  });

  it('lets hashed files be kept for ever, others not', async () => {
    expect(await get('/assets/index-abc123.js')).toEqual({ status: 200, text: 'run()', cache: 'public, max-age=31536000, immutable' });
    expect((await get('/favicon.svg')).cache).toBe('no-cache');
  });

  it.each([
    ...['/api/v1/nothing', '/api', '/API/v1/rooms', '/socket.io/', '/.well-known/jwks.json'],
    ...['/assets/index-old.js', '/missing.png', '/..%2f..%2fetc%2fpasswd.txt'],
    ...['//messages', '//api/v1/rooms', '/rooms//messages', '//'],
  ])('leaves %s to the server', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, text: 'the server' });
  });

  it('answers compressed what lies there compressed, to those who take it, as the type that it is', async () => {
    const ask = async (path: string, encoding: string): Promise<unknown[]> => {
      const { headers, status, body } = await rawGet(`${url}${path}`, encoding);
      return [status, headers['content-encoding'], headers['content-type']?.split(';')[0], headers['cache-control'], headers.vary, body];
    };
    const forEver = 'public, max-age=31536000, immutable';
    expect(await ask('/assets/large-abc123.js', 'gzip, deflate, br')).toEqual([200, 'br', 'text/javascript', forEver, 'Accept-Encoding', 'in brotli']);
    expect(await ask('/assets/large-abc123.js', 'gzip')).toEqual([200, 'gzip', 'text/javascript', forEver, 'Accept-Encoding', 'in gzip']);
    expect(await ask('/assets/large-abc123.js', 'identity')).toEqual([200, undefined, 'text/javascript', forEver, 'Accept-Encoding', 'as it is']);
    expect((await ask('/assets/gone-abc123.js', 'br')).slice(0, 2)).toEqual([404, undefined]);
    expect(await ask('/assets/index-abc123.js', 'br')).toEqual([200, undefined, 'text/javascript', forEver, undefined, 'run()']);
  });

  it('answers its first page to whoever asks, other pages only to who wants one', async () => {
    expect((await get('/', 'GET', '*/*')).status).toBe(200);
    for (const path of ['/health', '/metrics', '/rooms/0190a6b2']) expect((await get(path, 'GET', '*/*')).status).toBe(404);
  });

  it('leaves everything but reads to the server', async () => {
    expect((await get('/rooms', 'POST')).status).toBe(404);
  });
});
