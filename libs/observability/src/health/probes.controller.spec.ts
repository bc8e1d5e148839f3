import { type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type HealthFinding } from './health-indicator-source';
import { HealthModule } from './health.module';
import { HealthRegistry } from './health-registry';
import { healthSource } from './health-source';
import { ProbesController } from './probes.controller';

describe('the probes of a process', () => {
  let app: INestApplication;
  let finding: HealthFinding | undefined;
  beforeEach(async () => {
    const testing = await Test.createTestingModule({ imports: [HealthModule], controllers: [ProbesController] }).compile();
    app = testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    app.get(HealthRegistry).register(healthSource('event-log', async () => finding, true));
    app.get(HealthRegistry).register(healthSource('redis', () => Promise.reject(new Error('redis://:secret@host')), false));
  });
  afterEach(() => app.close());

  async function probe(path: string) {
    const answer = await fetch(`${await app.getUrl()}/api/health${path}`);
    return { status: answer.status, body: (await answer.json()) as { status: string; components: unknown[] } };
  }

  it('tell ready from degraded, and nothing of why', async () => {
    finding = undefined;

    expect(await probe('/ready')).toMatchObject({ status: 200, body: { status: 'up' } });
    const { status, body } = await probe('');
    expect([status, body.status]).toEqual([200, 'degraded']);
    expect(body.components).toContainEqual({ name: 'redis', isRequired: false, status: 'down' });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('answer 503 without something that the process needs, and leave it alive', async () => {
    finding = { status: 'down' };

    expect(await probe('/ready')).toMatchObject({ status: 503, body: { status: 'down' } });
    expect(await probe('')).toMatchObject({ status: 503 });
    expect(await probe('/live')).toMatchObject({ status: 200, body: { status: 'up' } });
  });
});
