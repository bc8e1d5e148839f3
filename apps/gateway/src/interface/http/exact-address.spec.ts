import express, { type NextFunction, type Request, type Response } from 'express';
import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { exactAddress } from './exact-address';

describe('what lies at one address', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    const app = express();
    app.use('/api/metrics', exactAddress('/api/metrics'));
    app.get('/api/metrics', (_request, response) => {
      response.send('metrics');
    });
    app.use((error: { code: string }, _request: Request, response: Response, _next: NextFunction) => {
      response.status(404).send(error.code);
    });
    server = app.listen(0);
    await once(server, 'listening');
    url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => {
    server.close();
  });

  const get = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();

  it.each(['/api/metrics', '/api/metrics?of=now'])('is there at %s', async (path) => {
    expect(await get(path)).toBe('metrics');
  });

  it.each(['/api/metrics/', '/API/Metrics', '/api/metrics/all'])('is not there at %s, which a proxy that hides the address may let through', async (path) => {
    expect(await get(path)).toBe('NOT_FOUND');
  });
});
