-- A part of a room's history. KEYS and ARGV as in `where.lua`, and: after which offset; how many.
local first = trim()
redis.call('EXPIRE', KEYS[1], UNUSED)
local entries = {}
if tonumber(ARGV[7]) > 0 then
  local begin = string.format('%.0f', ARGV[6] + 1)
  entries = redis.call('XRANGE', KEYS[2], begin, '+', 'COUNT', ARGV[7])
end
return {epoch, first, last, entries}
