import { type GatewayId } from '@agent-chat/kernel';
import { type RedisConnection } from '@agent-chat/redis';
import { type Cluster, type Redis } from 'ioredis';

/**
 * Holds or renews the lease of a gateway's name unless another incarnation does; ARGV: name, incarnation, ttl, "1" to take it from whoever holds it.
 * Those that lapsed go on the way. Two keys in one slot: names by the time their lease ends, and who holds them.
 */
const HOLD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lapsed = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
for _, name in ipairs(lapsed) do
  redis.call('ZREM', KEYS[1], name)
  redis.call('HDEL', KEYS[2], name)
end
local holder = redis.call('HGET', KEYS[2], ARGV[1])
if holder and holder ~= ARGV[2] and ARGV[4] ~= '1' then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return 1`;

const DROP = `
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1`;

const LIVE = `
local time = redis.call('TIME')
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. (time[1] * 1000 + math.floor(time[2] / 1000)), '+inf')`;

const LIVES = `
local time = redis.call('TIME')
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends and tonumber(ends) > time[1] * 1000 + math.floor(time[2] / 1000) then return 1 end
return 0`;

interface LeaseCommands {
  holdGateway(...args: string[]): Promise<number>;
  dropGateway(...args: string[]): Promise<number>;
  liveGateways(...args: string[]): Promise<GatewayId[]>;
  gatewayLives(...args: string[]): Promise<number>;
}

/** Which gateways live, by the clock of Redis. */
export class GatewayLeases {
  private readonly keys: readonly [string, string];

  constructor(
    private readonly connection: RedisConnection,
    private readonly ttlMs: number,
  ) {
    this.keys = [connection.key('{gateways}', 'leases'), connection.key('{gateways}', 'holders')];
    const { client } = connection;
    client.defineCommand('holdGateway', { numberOfKeys: 2, lua: HOLD });
    client.defineCommand('dropGateway', { numberOfKeys: 2, lua: DROP });
    client.defineCommand('liveGateways', { numberOfKeys: 2, lua: LIVE });
    client.defineCommand('gatewayLives', { numberOfKeys: 2, lua: LIVES });
  }

  /** False when another incarnation of that name holds the lease, unless it is taken from it. */
  async hold(gateway: GatewayId, incarnation: string, how: 'take' | 'renew'): Promise<boolean> {
    const args = [...this.keys, gateway, incarnation, String(this.ttlMs), how === 'take' ? '1' : '0'];
    return (await this.connection.run((client) => commands(client).holdGateway(...args))) === 1;
  }

  async drop(gateway: GatewayId, incarnation: string): Promise<void> {
    await this.connection.run((client) => commands(client).dropGateway(...this.keys, gateway, incarnation));
  }

  async live(): Promise<readonly GatewayId[]> {
    return this.connection.run((client) => commands(client).liveGateways(...this.keys));
  }

  async lives(gateway: GatewayId): Promise<boolean> {
    return (await this.connection.run((client) => commands(client).gatewayLives(...this.keys, gateway))) === 1;
  }
}

/** The commands that the constructor defined, which ioredis's types can't know. */
function commands(client: Redis | Cluster): LeaseCommands {
  return client as unknown as LeaseCommands;
}
