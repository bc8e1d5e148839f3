import { type GatewayId, newId } from '@agent-chat/kernel';
import { RedisConnection } from '@agent-chat/redis';
import { REDIS_TOPOLOGIES, redisSettingsFor } from '@agent-chat/redis/testing';
import { eventually } from '@agent-chat/testing';
import { GatewayLeases } from './gateway-leases';

describe.each(Object.entries(REDIS_TOPOLOGIES))('GatewayLeases over %s', (_, environment) => {
  let connection: RedisConnection;

  beforeEach(async () => {
    connection = await RedisConnection.open(redisSettingsFor(environment));
  });

  afterEach(() => connection.close());

  it('gives a name to the incarnation that takes it; the one before can neither renew nor drop it', async () => {
    const leases = new GatewayLeases(connection, 60_000);
    const id = newId<GatewayId>();
    await expect(leases.hold(id, 'old', 'take')).resolves.toBe(true);
    await expect(leases.hold(id, 'old', 'renew')).resolves.toBe(true);
    await expect(leases.hold(id, 'new', 'renew')).resolves.toBe(false);
    await expect(leases.hold(id, 'new', 'take')).resolves.toBe(true);
    await expect(leases.hold(id, 'old', 'renew')).resolves.toBe(false);
    await leases.drop(id, 'old');
    await expect(leases.live()).resolves.toEqual([id]);
    await expect(leases.lives(id)).resolves.toBe(true);
    await leases.drop(id, 'new');
    await expect(leases.live()).resolves.toEqual([]);
  });

  it('lets a lease that nobody renews lapse, and its name be held by any other incarnation', async () => {
    const leases = new GatewayLeases(connection, 200);
    const id = newId<GatewayId>();
    await leases.hold(id, 'old', 'take');
    await eventually(async () => {
      expect(await leases.live()).toEqual([]);
      expect(await leases.lives(id)).toBe(false);
    });
    await expect(leases.hold(id, 'new', 'renew')).resolves.toBe(true);
  });
});
