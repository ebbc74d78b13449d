-- Keep a message and tell it, unless its id was seen before.
-- KEYS as in `where.lua`, and: what remembers the id; the channel. ARGV as there, and: id, kind,
-- message, for how many seconds the id is remembered.
local seen = redis.call('GET', KEYS[3])
if seen then
  local of, offset = string.match(seen, '^(.*):(%d+)$')
  if of == epoch then return {epoch, tonumber(offset)} end
end
last = last + 1
local key, sent = last .. '-0', string.format('%.0f', now)
local entry = {'id', ARGV[6], 'kind', ARGV[7], 'message', ARGV[8], 'sent', sent}
local added = redis.pcall('XADD', KEYS[2], key, unpack(entry))
if added.err then
  if not string.find(added.err, 'smaller') then return added end
  -- Somebody else has added to the stream: what they added goes, the rest stays.
  for _, other in ipairs(redis.call('XRANGE', KEYS[2], key, '+')) do
    redis.call('XDEL', KEYS[2], other[1])
  end
  redis.call('XSETID', KEYS[2], (last - 1) .. '-1')
  redis.call('XADD', KEYS[2], key, unpack(entry))
end
redis.call('HSET', KEYS[1], 'offset', last)
trim()
redis.call('EXPIRE', KEYS[1], UNUSED)
redis.call('EXPIRE', KEYS[2], UNUSED)
redis.call('SET', KEYS[3], epoch .. ':' .. last, 'EX', ARGV[9])
local head = table.concat({'m', epoch, last, sent, ARGV[7], #ARGV[6]}, ' ')
redis.call('PUBLISH', KEYS[4], head .. '\n' .. ARGV[6] .. ARGV[8])
return {epoch, last}
