-- A process is gone: its members are taken out of all rooms, by whoever is first.
-- KEYS: processes, its rooms. ARGV: process; for how many milliseconds it must have been silent;
-- what ends the names of channels.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local beat = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not beat or tonumber(beat) > now - ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
local own = ARGV[1] .. ':'
for _, room in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local members, left = 'liveguide:{' .. room .. '}:members', {}
  local all = redis.call('HGETALL', members)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, #own) == own then
      redis.call('HDEL', members, all[i])
      left[#left + 1] = {all[i], all[i + 1]}
    end
  end
  if #left > 0 then
    local told = cjson.encode({redis.call('HLEN', members), {}, left})
    redis.call('PUBLISH', 'liveguide:{' .. room .. '}:live' .. ARGV[3], 'p' .. told)
  end
end
redis.call('DEL', KEYS[2])
return 1
