-- Where a room stands: the beginning of `read.lua` and of `publish.lua`.
-- KEYS: at, log. ARGV: an epoch if a new one is needed; the epoch and the offset that the caller
-- has heard of; how many messages are kept; for how many milliseconds.
local DAY = 24 * 3600 -- seconds
local UNUSED = math.max(7 * DAY, math.ceil(ARGV[5] / 1000) + DAY) -- then a room is forgotten
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = redis.call('HMGET', KEYS[1], 'epoch', 'offset')
local epoch, last = at[1], tonumber(at[2] or 0)
if not epoch then
  redis.call('DEL', KEYS[2])
  epoch, last = ARGV[1], 0
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'offset', last)
elseif epoch == ARGV[2] and last < tonumber(ARGV[3]) then
  -- Redis was restarted with less than it had: offsets that were told will be given again.
  epoch = ARGV[1]
  redis.call('EXPIRE', KEYS[1], UNUSED) -- a script that has written goes on where Redis is full
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end

-- Forget what is too much or too old; return the first offset that is kept. A Redis that can't
-- write to its disk forgets nothing.
local function trim()
  redis.pcall('XTRIM', KEYS[2], 'MAXLEN', ARGV[4])
  local count = 1 -- and then more: most often few are old
  while true do
    local old, kept = {}, nil
    for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', count)) do
      local sent
      for i = 1, #entry[2], 2 do
        if entry[2][i] == 'sent' then sent = tonumber(entry[2][i + 1]) end
      end
      if sent and sent >= now - ARGV[5] then
        kept = tonumber(string.match(entry[1], '^%d+'))
        break
      end
      old[#old + 1] = entry[1]
    end
    if #old > 0 and type(redis.pcall('XDEL', KEYS[2], unpack(old))) == 'table' then
      return tonumber(string.match(old[1], '^%d+'))
    end
    if kept or #old == 0 then return kept or last + 1 end
    count = math.min(2 * count, 50)
  end
end
