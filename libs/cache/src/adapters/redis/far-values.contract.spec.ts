import { SystemClock } from '@agent-chat/kernel';
import { RedisConnection } from '@agent-chat/redis';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { FarValues, markOfKey, markOfPrefix } from './far-values';

describe.each(Object.entries(REDIS_TOPOLOGIES))('FarValues over %s', (_, environment) => {
  const clock = new SystemClock();
  let connection: RedisConnection;
  let values: FarValues;

  beforeEach(async () => {
    connection = await RedisConnection.open(redisSettingsFor(environment));
    values = new FarValues(connection, clock, 1_000);
  });

  afterEach(() => connection.close());

  const keep = async (key: string, generation: string): Promise<void> => values.keep(key, generation, '"value"', clock.nowMs() + 60_000);

  it('finds what was kept', async () => {
    const { generation, found } = await values.look('room:1');
    expect(found).toBeUndefined();
    await keep('room:1', generation);
    expect((await values.look('room:1')).found).toMatchObject({ text: '"value"' });
    expect((await values.look('room:2')).found).toBeUndefined();
  });

  it.each([
    ['its key', markOfKey('room:1')],
    ['a prefix', markOfPrefix('room:')],
    ['a longer prefix', markOfPrefix('room:1')],
    ['a shorter prefix', markOfPrefix('ro')],
    ['everything', markOfPrefix('')],
  ])('finds nothing that was looked up before the invalidation of %s, however late it was kept', async (_what, mark) => {
    const before = await values.look('room:1');
    await keep('room:1', before.generation);
    await values.mark([mark]);
    expect((await values.look('room:1')).found).toBeUndefined();
    await keep('room:1', before.generation);
    const after = await values.look('room:1');
    expect(after.found).toBeUndefined();
    await keep('room:1', after.generation);
    expect((await values.look('room:1')).found).toMatchObject({ text: '"value"' });
  });

  it('leaves the values of other keys and heads alone', async () => {
    const { generation } = await values.look('room:1');
    await keep('room:1', generation);
    await values.mark([markOfKey('room:2'), markOfPrefix('user:')]);
    expect((await values.look('room:1')).found).toBeDefined();
  });

  it('gives the right to load to one at a time, and anew after an invalidation', async () => {
    const { generation } = await values.look('key');
    const giveBack = await values.lease('key', generation);
    expect(giveBack).toBeDefined();
    await expect(values.lease('key', generation)).resolves.toBeUndefined();
    await values.mark([markOfKey('key')]);
    const { generation: next } = await values.look('key');
    await expect(values.lease('key', next)).resolves.toBeDefined();
    await giveBack?.();
    await expect(values.lease('key', generation)).resolves.toBeDefined();
    await expect(values.lease('key', next)).resolves.toBeUndefined();
  });
});
