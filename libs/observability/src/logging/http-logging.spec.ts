import { isUuid } from '@agent-chat/kernel';
import { eventually } from '@agent-chat/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pinoHttp } from 'pino-http';
import { httpLogging } from './http-logging';

type Line = Record<string, unknown> & { msg: string; level: string };

describe('the log of HTTP', () => {
  const lines: Line[] = [];
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const middleware = pinoHttp(httpLogging('info', { write: (line) => lines.push(JSON.parse(line) as Line) }));
    server = createServer((request, response) => {
      middleware(request, response);
      request.log.info({ password: 'p4ss', user: { accessToken: 't0ken', name: 'ann' }, deep: { headers: { authorization: 'Bearer s3cret' } } }, 'told');
      response.statusCode = request.url?.startsWith('/broken') === true ? 503 : 200;
      response.end();
    }).listen(0);
    await once(server, 'listening');
    url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  });
  beforeEach(() => {
    lines.length = 0;
  });
  afterAll(() => server.close());

  const completed = () => eventually(() => lines.find(({ res }) => res !== undefined) ?? Promise.reject(new Error('not logged yet')));

  it('never holds secrets, headers or query strings', async () => {
    await fetch(`${url}/api/v1/events?ticket=s3cret`, { headers: { authorization: 'Bearer s3cret', cookie: 'sid=s3cret' } });
    const line = await completed();

    expect(line).toMatchObject({ level: 'info', req: { method: 'GET', path: '/api/v1/events' }, res: { status: 200 }, responseTime: expect.any(Number) });
    expect(line['req']).not.toHaveProperty('headers');
    expect(lines.find(({ msg }) => msg === 'told')).toMatchObject({ password: '[redacted]', user: { accessToken: '[redacted]', name: 'ann' } });
    expect(JSON.stringify(lines)).not.toMatch(/s3cret|p4ss|t0ken/);
  });

  it('carries the id that the caller gave, and echoes it', async () => {
    const answer = await fetch(url, { headers: { 'x-request-id': 'trace-1.2_3' } });

    expect(answer.headers.get('x-request-id')).toBe('trace-1.2_3');
    expect((await completed())['req']).toMatchObject({ id: 'trace-1.2_3' });
  });

  it.each(['', 'a b', '{"injected":true}', 'x'.repeat(129)])('makes an id of its own in place of %j', async (given) => {
    const answer = await fetch(url, { headers: { 'x-request-id': given } });

    expect(isUuid(answer.headers.get('x-request-id') ?? '')).toBe(true);
  });

  it('leaves out what Nest tells of each module, but not what goes wrong there', () => {
    const told: Line[] = [];
    const { logger } = pinoHttp(httpLogging('info', { write: (line) => told.push(JSON.parse(line) as Line) }));

    logger.info({ context: 'InstanceLoader' }, 'AppModule dependencies initialized');
    logger.error({ context: 'InstanceLoader' }, 'AppModule failed');
    logger.info({ context: 'ChatOwner' }, 'Took partition 3');

    expect(told.map(({ msg }) => msg)).toEqual(['AppModule failed', 'Took partition 3']);
  });

  it('says nothing of probes, and warns of what failed', async () => {
    await fetch(`${url}/api/health/ready`);
    await fetch(`${url}/api/metrics`);
    await fetch(`${url}/broken`);

    expect(await completed()).toMatchObject({ level: 'warn', req: { path: '/broken' }, res: { status: 503 } });
    expect(lines.filter(({ res }) => res !== undefined)).toHaveLength(1);
  });
});
