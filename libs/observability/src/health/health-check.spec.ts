import { Test, type TestingModule } from '@nestjs/testing';
import { Draining } from './draining';
import { HealthCheck } from './health-check';
import { type HealthFinding, type HealthIndicatorSource } from './health-indicator-source';
import { HealthModule } from './health.module';
import { HealthRegistry } from './health-registry';

describe('the health of a process', () => {
  let testing: TestingModule;
  let health: HealthCheck;
  let registry: HealthRegistry;
  beforeEach(async () => {
    testing = await Test.createTestingModule({ imports: [HealthModule] }).compile();
    [health, registry] = [testing.get(HealthCheck), testing.get(HealthRegistry)];
  });
  afterEach(() => testing.close());

  const source = (name: string, isRequired: boolean, check: () => Promise<HealthFinding>): HealthIndicatorSource => ({ name, isRequired, check });

  it('is up with nothing registered', async () => {
    expect(await health.everything()).toMatchObject({
      status: 'up',
      components: [{ name: 'door' }, { name: 'event-loop', details: { delayP99Ms: expect.any(Number) } }],
    });
  });

  it('is degraded, and ready, without something that it can work without', async () => {
    registry.register(source('cache', false, () => Promise.reject(new Error('connection refused'))));

    expect(await health.everything()).toMatchObject({ status: 'degraded' });
    expect((await health.everything()).components).toContainEqual({
      name: 'cache',
      isRequired: false,
      status: 'down',
      details: { error: 'connection refused' },
    });
    expect(await health.ready()).toMatchObject({ status: 'up' });
  });

  it('is neither up nor ready without something that it needs, and still alive', async () => {
    registry.register(source('owner', true, async () => ({ status: 'down' })));

    expect((await health.everything()).status).toBe('down');
    expect((await health.ready()).status).toBe('down');
    expect((await health.live()).status).toBe('up');
  });

  it('tells what works worse than it should from what is down', async () => {
    registry.register(source('database', true, async () => ({ status: 'degraded', details: { lagMs: 900 } })));

    const { status, components } = await health.ready();

    expect(status).toBe('degraded');
    expect(components).toContainEqual({ name: 'database', isRequired: true, status: 'degraded', details: { lagMs: 900 } });
  });

  it('is not ready from the moment it drains, and alive all the same', async () => {
    await testing.get(Draining).start();

    expect((await health.ready()).status).toBe('down');
    expect((await health.live()).status).toBe('up');
  });

  it('takes what does not answer within two seconds for down', async () => {
    registry.register(source('stuck', true, () => new Promise(() => undefined)));

    expect((await health.ready()).components).toContainEqual({ name: 'stuck', isRequired: true, status: 'down', details: { error: 'no answer in time' } });
  });

  it('lets each name be registered once, and again after it was taken away', () => {
    const remove = registry.register(source('cache', false, async () => ({ status: 'up' })));
    expect(() => registry.register(source('cache', false, async () => ({ status: 'up' })))).toThrow('cache');

    remove();

    expect(() => registry.register(source('cache', false, async () => ({ status: 'up' })))).not.toThrow();
  });
});
