-- Tell a message in a room that keeps nothing, unless its id was seen before.
-- KEYS: what remembers the id; the channel. ARGV: id, kind, message, for how many seconds the id
-- is remembered.
local time = redis.call('TIME')
local sent = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[4]) then
  local head = table.concat({'m', '', 0, sent, ARGV[2], #ARGV[1]}, ' ')
  redis.call('PUBLISH', KEYS[2], head .. '\n' .. ARGV[1] .. ARGV[3])
end
return {'', 0}
