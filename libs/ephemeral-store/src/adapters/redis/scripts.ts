/** The clock is that of Redis, so that processes whose clocks differ agree. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** A field is kept as "<when it lapses> <value>", for Redis 7 lets only whole keys lapse. */
const LIVING = `
local function living(key)
  local all = redis.call('HGETALL', key)
  local found = {}
  for at = 1, #all, 2 do
    local space = string.find(all[at + 1], ' ', 1, true)
    if tonumber(string.sub(all[at + 1], 1, space - 1)) > now then
      found[#found + 1] = all[at]
      found[#found + 1] = string.sub(all[at + 1], space + 1)
    else
      redis.call('HDEL', key, all[at])
    end
  end
  return found
end`;

/** KEYS: lease. ARGV: holder, ttl. */
export const ACQUIRE_LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** KEYS: lease. ARGV: holder. */
export const RELEASE_LEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * KEYS: record. ARGV: field, value, ttl. The record lives as long as its longest-lived field. Every 32nd new field sweeps, so that a record that is
 * never read does not keep what lapsed.
 */
export const SET_FIELD = `${NOW}
${LIVING}
local isNew = redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ARGV[3]) .. ' ' .. ARGV[2])
if isNew == 1 and redis.call('HLEN', KEYS[1]) % 32 == 0 then living(KEYS[1]) end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1`;

/** KEYS: any number of records. Answers a flat list of fields and values for each. */
export const READ_FIELDS = `${NOW}
${LIVING}
local answer = {}
for index, key in ipairs(KEYS) do answer[index] = living(key) end
return answer`;

/** KEYS: counter. ARGV: by, ttl. */
export const INCREMENT = `
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return value`;

/**
 * The rules of `takeFrom`. KEYS: bucket. ARGV: capacity, refill a second, cost. A full bucket and one never seen are the same, so it is kept until it
 * is full. Answers allowed, remaining, retryAfterMs, resetAfterMs.
 */
export const TAKE_TOKENS = `${NOW}
local capacity, refill, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rounding = 1e-6
local held = capacity
local level = redis.call('GET', KEYS[1])
if level then
  local space = string.find(level, ' ', 1, true)
  local passed = math.max(0, now - tonumber(string.sub(level, space + 1)))
  held = math.min(capacity, tonumber(string.sub(level, 1, space - 1)) + passed * refill / 1000)
end
local allowed = held + rounding >= cost
local tokens = allowed and math.max(0, held - cost) or held
local function untilMs(missing) return math.ceil(missing * 1000 / refill - rounding) end
local resetAfter = math.max(0, untilMs(capacity - tokens))
if resetAfter > 0 then
  redis.call('SET', KEYS[1], string.format('%.17g %.0f', tokens, now), 'PX', string.format('%.0f', math.min(resetAfter, 2592000000)))
else
  redis.call('DEL', KEYS[1])
end
return { allowed and 1 or 0, math.floor(tokens + rounding), allowed and 0 or untilMs(cost - tokens), resetAfter }`;
