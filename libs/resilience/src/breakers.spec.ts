import { AppError } from '@agent-chat/kernel';
import { deferred, eventually } from '@agent-chat/testing';
import { register } from 'prom-client';
import { type BreakerOptions } from './breaker-options';
import { Breakers } from './breakers';

describe('a breaker', () => {
  let breakers: Breakers;
  beforeEach(() => {
    breakers = new Breakers();
  });
  afterEach(() => {
    breakers.close();
  });

  const broken = () => Promise.reject(new Error('connection refused'));
  const works = () => Promise.resolve('answer');
  const make = (options: Partial<BreakerOptions> = {}) => breakers.of('chat/room.get', { pauseMs: 60_000, ...options });

  async function fail(times: number, options: Partial<BreakerOptions> = {}) {
    for (let i = 0; i < times; i++) await expect(make(options).run(broken)).rejects.toThrow('connection refused');
  }

  it('opens after five failures, and refuses at once and without calling', async () => {
    const called = jest.fn(works);
    await fail(4);
    await expect(make().run(called)).resolves.toBe('answer');
    await fail(1);

    await expect(make().run(called)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
    expect(called).toHaveBeenCalledTimes(1);
    expect(breakers.statuses()).toEqual([{ name: 'chat/room.get', state: 'open', running: 0, failures: 5, successes: 1, refused: 1 }]);
  });

  it('stays closed while as many calls succeed', async () => {
    for (let i = 0; i < 6; i++) await make().run(works);
    await fail(6);
    expect(breakers.statuses()[0]?.state).toBe('closed');

    await fail(1);

    expect(breakers.statuses()[0]?.state).toBe('open');
  });

  it('takes answers that callers do not like for answers', async () => {
    for (let i = 0; i < 20; i++)
      await expect(make().run(() => Promise.reject(new AppError('ROOM_NOT_FOUND')))).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });

    expect(breakers.statuses()[0]).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('lets a single trial through after the pause, which opens it again or closes it', async () => {
    const options = { pauseMs: 20 };
    await fail(5, options);
    await eventually(() => expect(breakers.statuses()[0]?.state).toBe('half-open'));
    const trial = deferred<string>();
    const first = make().run(() => trial.promise);
    await expect(make().run(works)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    trial.reject(new Error('still away'));
    await expect(first).rejects.toThrow('still away');
    expect(breakers.statuses()[0]?.state).toBe('open');

    await eventually(() => expect(breakers.statuses()[0]?.state).toBe('half-open'));
    await expect(make().run(works)).resolves.toBe('answer');
    expect(breakers.statuses()[0]?.state).toBe('closed');
    await expect(make().run(works)).resolves.toBe('answer');
  });

  it('holds no more calls than it has room for, and does not count those as failures', async () => {
    const release = deferred<string>();
    const options = { capacity: 2 };
    const held = [make(options).run(() => release.promise), make().run(() => release.promise)];

    for (let i = 0; i < 9; i++) await expect(make().run(works)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(breakers.statuses()[0]).toMatchObject({ state: 'closed', running: 2, failures: 0, refused: 9 });
    release.resolve('late');

    await expect(Promise.all(held)).resolves.toEqual(['late', 'late']);
    await expect(make().run(works)).resolves.toBe('answer');
  });

  it('takes what is too late for a failure', async () => {
    const never = () => new Promise<never>(() => undefined);

    await expect(make({ timeoutMs: 10 }).run(never)).rejects.toMatchObject({ code: 'TIMEOUT' });

    expect(breakers.statuses()[0]).toMatchObject({ failures: 1 });
  });

  it('stands for each target by itself', async () => {
    for (let i = 0; i < 5; i++) await expect(breakers.of('chat/owner', {}, '10.0.0.1:1').run(broken)).rejects.toThrow();

    await expect(breakers.of('chat/owner', {}, '10.0.0.2:1').run(works)).resolves.toBe('answer');
    expect(breakers.statuses().map(({ target, state }) => [target, state])).toEqual([
      ['10.0.0.1:1', 'open'],
      ['10.0.0.2:1', 'closed'],
    ]);
  });

  it('forgets idle targets before it knows too many', () => {
    for (let i = 0; i < 1_500; i++) breakers.of('chat/owner', {}, String(i));

    expect(breakers.statuses().length).toBeLessThanOrEqual(1_000);
  });

  it('counts calls by outcome and shows its state in the metrics', async () => {
    const counted = breakers.of('test/metrics', { pauseMs: 60_000 });
    await counted.run(works);
    for (let i = 0; i < 5; i++) await counted.run(broken).catch(() => undefined);
    await counted.run(works).catch(() => undefined);

    const metrics = await register.metrics();

    expect(metrics).toContain('agent_chat_breaker_calls_total{breaker="test/metrics",outcome="ok"} 1');
    expect(metrics).toContain('agent_chat_breaker_calls_total{breaker="test/metrics",outcome="failed"} 5');
    expect(metrics).toContain('agent_chat_breaker_calls_total{breaker="test/metrics",outcome="open"} 1');
    expect(metrics).toContain('agent_chat_breakers{breaker="test/metrics",state="open"} 1');
    expect(metrics).toContain('agent_chat_breakers{breaker="test/metrics",state="closed"} 0');
  });
});
