import { eventually } from '@agent-chat/testing';
import express from 'express';
import { once } from 'node:events';
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { register } from 'prom-client';
import { measureHttp } from './http-metrics';

interface Sample {
  readonly metricName?: string;
  readonly value: number;
  readonly labels: Record<string, string | number>;
}

const DURATIONS = 'agent_chat_http_request_duration_seconds';

describe('the metrics of HTTP', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    const app = express();
    app.use(measureHttp);
    app.get('/rooms/:roomId', (_request, response) => {
      response.json({});
    });
    app.get('/stream', (_request, response) => {
      response.type('text/event-stream').send('data: 1\n\n');
    });
    server = app.listen(0);
    await once(server, 'listening');
    url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  });
  afterEach(() => {
    register.resetMetrics();
  });
  afterAll(() => server.close());

  async function counts(): Promise<Record<string, number>> {
    const { values } = (await register.getSingleMetric(DURATIONS)?.get()) as unknown as { values: Sample[] };
    const counted = values.filter(({ metricName }) => metricName === `${DURATIONS}_count`);
    return Object.fromEntries(counted.map(({ labels, value }) => [`${labels['method']} ${labels['route']} ${labels['status']}`, value]));
  }

  it('are by the template of the route, not by who is in it', async () => {
    await Promise.all(['a', 'b', 'c'].map((roomId) => fetch(`${url}/rooms/${roomId}`)));

    await eventually(async () => expect(await counts()).toEqual({ 'GET /rooms/:roomId 200': 3 }));
  });

  it('have one route for all that there is not, and one method for all that nobody knows', async () => {
    await Promise.all(['/x', '/y'].map((path) => fetch(`${url}${path}`)));
    await fetch(`${url}/x`, { method: 'PROPFIND' });

    await eventually(async () => expect(await counts()).toEqual({ 'GET none 404': 2, 'OTHER none 404': 1 }));
  });

  it('leave event streams out, which last as long as their clients', async () => {
    await fetch(`${url}/stream`);
    await fetch(`${url}/rooms/a`);

    await eventually(async () => expect(await counts()).toEqual({ 'GET /rooms/:roomId 200': 1 }));
  });
});
