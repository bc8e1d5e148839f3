import { InMemoryBackplane } from '@agent-chat/backplane/adapters/memory';
import { InMemoryCache } from '@agent-chat/cache/adapters/memory';
import { loadConfig } from '@agent-chat/config';
import { createTestDatabase, type TestDatabase } from '@agent-chat/database/testing';
import { type ProcessName } from '@agent-chat/discovery';
import { InMemoryEphemeralStore } from '@agent-chat/ephemeral-store/adapters/memory';
import { InMemoryEventLog } from '@agent-chat/event-log/adapters/memory';
import { PgBossJobQueue } from '@agent-chat/job-queue/adapters/pg-boss';
import { SystemClock } from '@agent-chat/kernel';
import { Draining } from '@agent-chat/observability';
import { type AppStart, openPeers, type RunningApp, serviceApp, startOn } from '@agent-chat/runtime';
import { eventually } from '@agent-chat/testing';
import { randomUUID } from 'node:crypto';
import { AnalyticsModule } from '../../../apps/analytics/src/analytics.module';
import { ChatModule } from '../../../apps/chat/src/chat.module';
import { gatewayProcess } from '../../../apps/gateway/src/gateway-process';
import { PresenceModule } from '../../../apps/presence/src/presence.module';
import { RestClient } from '../../support/rest-client';

const SECRET = 's'.repeat(32);
const ENV = { PORT: '0', INTERNAL_PORT: '0', INTERNAL_SECRET: SECRET, LOG_LEVEL: 'silent', RATE_LIMITS: 'off', DRAIN_MS: '0', OPERATORS: 'root' };

/** What stands for the servers that all processes share: closing it is nobody's business but the test's. */
function shared<Port extends object>(port: Port): Port {
  return Object.create(port, { close: { value: async () => undefined } }) as Port;
}

describe('apps that share a database, a log and a backplane, and else only ask each other', () => {
  const clock = new SystemClock();
  let test: TestDatabase;
  let servers: { log: InMemoryEventLog; backplane: InMemoryBackplane; ephemeral: InMemoryEphemeralStore; cache: InMemoryCache };
  const running = new Map<ProcessName, RunningApp>();
  let ann: RestClient;

  beforeAll(async () => {
    test = await createTestDatabase('processes');
    servers = {
      log: new InMemoryEventLog({ partitionCount: test.database.partitionCount, clock }),
      backplane: new InMemoryBackplane(),
      ephemeral: new InMemoryEphemeralStore({ clock }),
      cache: new InMemoryCache({ clock }),
    };
    for (const [service, module] of [['chat', ChatModule] as const, ['presence', PresenceModule] as const, ['analytics', AnalyticsModule] as const]) {
      await start(serviceApp(service, module));
    }
    await start(gatewayProcess);
    ann = await RestClient.register(url('gateway'), 'ann');
  });
  afterAll(async () => {
    await Promise.all([...running.values()].map((app) => app.close()));
    await Promise.all([servers.log.close(), servers.backplane.close(), servers.ephemeral.close(), servers.cache.close()]);
    await test.drop();
  });

  async function start(app: AppStart): Promise<void> {
    const config = loadConfig(ENV);
    const peers = await openPeers(config.internal, app.service, test.database);
    const ports = {
      ...peers,
      database: shared(test.database),
      log: shared(servers.log),
      backplane: shared(servers.backplane),
      ephemeral: shared(servers.ephemeral),
      cache: shared(servers.cache),
      jobs: await PgBossJobQueue.open({ connectionString: test.url, clock }),
      health: [],
    };
    running.set(app.service, await startOn({ config, clock, ports }, app));
  }

  const url = (service: ProcessName) => running.get(service)?.url ?? '';
  const get = async (service: ProcessName, path: string, token?: string) =>
    fetch(`${url(service)}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

  async function sayAndRead(text: string, roomId: string): Promise<void> {
    const { body } = await ann.call('POST', `/rooms/${roomId}/messages`, { clientMsgId: randomUUID(), text });
    expect(body).toMatchObject({ duplicate: false });
    const history = await ann.call('GET', `/rooms/${roomId}/messages`);
    expect((history.body as { items: { text: string }[] }).items.at(-1)?.text).toBe(text);
    const { seq } = body as { seq: number };
    await expect(ann.call('PUT', `/rooms/${roomId}/read`, { seq })).resolves.toMatchObject({ status: 200 });
  }

  it('post, read and mark as read, the owner being found by its row', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'Across processes' });

    await sayAndRead('hello', roomId);

    const owners = await test.database.shard(0).query<{ owner: string }>('SELECT owner FROM partition_progress');
    expect(owners[0]?.owner).toMatch(/^[0-9a-f-]{36}@127\.0\.0\.1:\d+$/);
  });

  it('tell operators which processes there are, and how their questions went', async () => {
    const root = await new RestClient(url('gateway')).call('POST', '/auth/register', { username: 'root', password: 'correct horse battery' });
    const { accessToken } = root.body as { accessToken: string };

    const status = await eventually(async () => {
      const answer = (await (await get('gateway', '/api/infrastructure/status', accessToken)).json()) as {
        instances: { service: string; instanceId: string; address: string }[];
      };
      expect(answer.instances.map(({ service }) => service)).toEqual(['analytics', 'chat', 'gateway', 'presence']);
      return answer;
    });

    const gateway = status.instances.find(({ service }) => service === 'gateway');
    expect(status).toMatchObject({
      status: expect.stringMatching(/up|degraded/),
      instances: expect.arrayContaining([
        {
          service: 'chat',
          instanceId: expect.any(String),
          version: expect.stringMatching(/^\d/),
          address: expect.stringMatching(/^127/),
          load: expect.any(Number),
          ageMs: expect.any(Number),
        },
      ]),
      process: { service: 'gateway', instanceId: gateway?.instanceId, address: gateway?.address },
      breakers: expect.arrayContaining([expect.objectContaining({ name: 'chat/room.history', state: 'closed', failures: 0 })]),
    });
  });

  it.each(['chat', 'presence', 'analytics'] as const)('have health and metrics, and no public door: %s', async (service) => {
    expect(await (await get(service, '/api/health')).json()).toMatchObject({ status: 'up', components: expect.any(Array) });
    expect((await get(service, '/api/health/live')).status).toBe(200);
    expect((await get(service, '/api/health/ready')).status).toBe(200);
    expect(await (await get(service, '/api/metrics')).text()).toContain('agent_chat_http_request_duration_seconds');
    for (const path of ['/api/v1/rooms', '/api/infrastructure/status', '/', '/socket.io/?EIO=4&transport=polling']) {
      expect((await get(service, path)).status).toBe(404);
    }
  });

  it('are off the list and not ready from the moment they drain', async () => {
    const presence = running.get('presence');
    await presence?.app.get(Draining, { strict: false }).start();

    const rows = await test.database.directory().query<{ service: string }>(`SELECT service FROM service_instances`);
    expect(rows.map(({ service }) => service).sort()).toEqual(['analytics', 'chat', 'gateway']);
    expect((await get('presence', '/api/health/ready')).status).toBe(503);
  });

  it('go on when the chat process is replaced by another', async () => {
    const { roomId } = await ann.createRoom({ kind: 'private', name: 'Before and after' });
    await sayAndRead('before', roomId);
    await running.get('chat')?.close();
    // Where it listened another program may listen by now, and not answer.
    await expect(ann.call('GET', `/rooms/${roomId}/messages`)).rejects.toMatchObject({ code: expect.stringMatching(/^(UNAVAILABLE|TIMEOUT)$/) });

    await start(serviceApp('chat', ChatModule));

    await eventually(() => sayAndRead('after', roomId), { timeoutMs: 15_000 });
  });
});
