import { AppError } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as sendRequest, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Relay } from '../relay.port';

/** What an adapter brings to the suite; everything in it belongs to one test. */
export interface RelayHarness {
  /** The relay of the process that clients reach. */
  readonly handing: Relay;
  /** The relay of the process that answers; an adapter that lives in one process gives the same one twice. */
  readonly taking: Relay;
}

/** What every `Relay` keeps, whatever carries it. */
export function describeRelayContract(name: string, open: () => Promise<RelayHarness>): void {
  describe(`${name} as a relay`, () => {
    let harness: RelayHarness;
    let door: Server;
    let url: string;
    let failures: unknown[];

    beforeEach(async () => {
      harness = await open();
      failures = [];
      door = createServer((request, response) => {
        harness.handing.hand('storage', request, response, { user: 'näme' }).catch((error: unknown) => {
          failures.push(error);
          if (!response.destroyed) response.writeHead(500).end();
        });
      }).listen(0, '127.0.0.1');
      await once(door, 'listening');
      url = `http://127.0.0.1:${(door.address() as { port: number }).port}`;
    });

    afterEach(async () => {
      await Promise.all([harness.handing.close(), harness.taking.close()]);
      door.closeAllConnections();
      door.close();
    });

    const take = (handler: (request: IncomingMessage, response: ServerResponse, facts: Readonly<Record<string, string>>) => Promise<void>): void => {
      harness.taking.take('storage', handler);
    };

    it('brings method, path, headers, facts and body there, and status, headers and body back', async () => {
      const sent = randomBytes(2_000_000);
      take(async (request, response, facts) => {
        const body = await buffer(request);
        const told = { method: request.method, url: request.url, facts, type: request.headers['content-type'], length: request.headers['content-length'] };
        response.writeHead(201, { 'X-Told': Buffer.from(JSON.stringify(told)).toString('base64'), 'Content-Length': body.length }).end(body);
      });

      const answer = await fetch(`${url}/a%20b?c=d`, { method: 'PATCH', body: sent, headers: { 'content-type': 'application/offset+octet-stream' } });

      expect(answer.status).toBe(201);
      expect(JSON.parse(Buffer.from(answer.headers.get('x-told') ?? '', 'base64').toString())).toEqual({
        method: 'PATCH',
        url: '/a%20b?c=d',
        facts: { user: 'näme' },
        type: 'application/offset+octet-stream',
        length: String(sent.length),
      });
      expect(Buffer.from(await answer.arrayBuffer()).equals(sent)).toBe(true);
    });

    it('keeps the headers of an answer to HEAD, and answers without a body', async () => {
      take(async (request, response) => {
        response.writeHead(request.method === 'HEAD' ? 200 : 204, { 'Content-Length': request.method === 'HEAD' ? 1_234 : 0, 'Upload-Offset': '7' }).end();
      });

      const head = await fetch(url, { method: 'HEAD' });
      const deleted = await fetch(url, { method: 'DELETE' });

      expect([head.status, head.headers.get('content-length'), head.headers.get('upload-offset')]).toEqual([200, '1234', '7']);
      expect(deleted.status).toBe(204);
    });

    it('passes an answer on as it comes', async () => {
      const goOn = deferred();
      take(async (_request, response) => {
        response.writeHead(200).write('first');
        await goOn.promise;
        response.end('last');
      });

      const answer = await fetch(url);
      const reader = answer.body!.getReader();
      expect(Buffer.from((await reader.read()).value).toString()).toBe('first');
      goOn.resolve();

      expect(Buffer.from((await reader.read()).value).toString()).toBe('last');
    });

    it('rejects with the error that the handler rejected with, and INTERNAL for any other', async () => {
      take(async (request) => {
        throw request.url === '/known' ? new AppError('FILE_TOO_LARGE', { detail: 'ten at most' }) : new Error('a secret');
      });

      await fetch(`${url}/known`, { method: 'POST', body: randomBytes(5_000_000) }).catch(() => undefined);
      await fetch(`${url}/known`, { method: 'HEAD' });
      await fetch(`${url}/other`);

      expect(failures).toMatchObject([
        { code: 'FILE_TOO_LARGE', message: 'ten at most' },
        { code: 'FILE_TOO_LARGE', message: 'ten at most' },
        { code: 'INTERNAL', message: expect.not.stringContaining('secret') as string },
      ]);
    });

    it('lets the client know soon, however much it has yet to send', async () => {
      take(async (request) => {
        await once(request, 'data');
        request.pause();
        throw new AppError('UPLOAD_CONFLICT');
      });

      // Some clients read nothing before they have sent everything.
      const body = randomBytes(20_000_000);
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`PATCH / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`);
      await new Promise((resolve) => socket.write(body, resolve));
      const [answer] = (await once(socket, 'data')) as [Buffer];

      expect(answer.toString()).toContain('HTTP/1.1 500');
      expect(failures).toMatchObject([{ code: 'UPLOAD_CONFLICT' }]);
      socket.destroy();
    }, 10_000);

    it('rejects with UNAVAILABLE where nobody takes it, and when it is closed', async () => {
      await fetch(url);
      await harness.handing.close();
      await harness.handing.close();
      await fetch(url);

      expect(failures).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'UNAVAILABLE' }]);
    });

    it('tells who answers that the client is gone', async () => {
      const [arrived, gone] = [deferred(), deferred()];
      take(async (request, response) => {
        request.on('error', () => undefined).once('data', () => arrived.resolve());
        response.once('close', () => gone.resolve());
        await gone.promise;
      });
      const outgoing = sendRequest(url, { method: 'PATCH' });
      outgoing.on('error', () => undefined).write('beginning');
      await arrived.promise;

      outgoing.destroy();

      await expect(gone.promise).resolves.toBeUndefined();
    });

    it('cuts an answer that fails on its way, so that the client knows', async () => {
      const begun = deferred();
      take(async (_request, response) => {
        response.writeHead(200, { 'Content-Length': 1_000 }).write('beginning');
        await begun.promise;
        throw new Error('broken');
      });

      const answer = await fetch(url);
      begun.resolve();

      await expect(answer.arrayBuffer()).rejects.toThrow();
      expect(failures).toEqual([]);
    });

    it('is taken once a process', () => {
      take(async () => undefined);

      expect(() => take(async () => undefined)).toThrow();
    });

    it('takes many at once', async () => {
      take(async (request, response) => {
        response.end(await buffer(request));
      });
      const bodies = Array.from({ length: 40 }, (_, n) => Buffer.alloc(50_000, n));

      const answers = await Promise.all(bodies.map(async (body) => Buffer.from(await (await fetch(url, { method: 'PUT', body })).arrayBuffer())));

      await eventually(() => {
        expect(answers.every((answer, at) => answer.equals(bodies[at]!))).toBe(true);
      });
    });
  });
}
