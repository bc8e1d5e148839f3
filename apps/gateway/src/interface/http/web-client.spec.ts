import express from 'express';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webClient } from './web-client';

describe('the web client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-chat-web-'));
  let server: Server;
  let url: string;
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<title>Agent Chat</title>');
    writeFileSync(join(folder, 'assets/index-abc123.js'), 'run()');
    writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
    const app = express();
    app.use(webClient(folder));
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

  it('answers its first page to whoever asks, other pages only to who wants one', async () => {
    expect((await get('/', 'GET', '*/*')).status).toBe(200);
    for (const path of ['/health', '/metrics', '/rooms/0190a6b2']) expect((await get(path, 'GET', '*/*')).status).toBe(404);
  });

  it('leaves everything but reads to the server', async () => {
    expect((await get('/rooms', 'POST')).status).toBe(404);
  });
});
