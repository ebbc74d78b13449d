-- A process lives. KEYS: processes. ARGV: process, milliseconds after which one is given up.
-- Returns 1 if it was not known, and those to be given up.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Taken out first: a script that has written already goes on where Redis is full.
local is_new = 1 - redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], 7 * 24 * 3600)
return {is_new, redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])}
