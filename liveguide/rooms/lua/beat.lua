-- A process lives. KEYS: processes. ARGV: process, milliseconds after which one is given up.
-- Returns 1 if it was not known, and those to be given up.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local is_new = redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], 7 * 24 * 3600)
return {is_new, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])}
