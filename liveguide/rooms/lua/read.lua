-- A part of a room's history. KEYS and ARGV as in `where.lua`, and: after which offset; how many
-- messages at most; after how many bytes of them to stop. Returns the offset up to which it goes, too.
local A_FEW = 4
local first = trim()
redis.pcall('EXPIRE', KEYS[1], UNUSED)
local entries, bytes, at = {}, 0, ARGV[6] + 1
local most, most_bytes = tonumber(ARGV[7]), tonumber(ARGV[8])
while at <= last and #entries < most and bytes < most_bytes do
  local begin, count = string.format('%.0f', at), math.min(A_FEW, most - #entries)
  local some = redis.call('XRANGE', KEYS[2], begin, '+', 'COUNT', count)
  for _, entry in ipairs(some) do
    entries[#entries + 1] = entry
    for _, part in ipairs(entry[2]) do bytes = bytes + #part end
    at = string.match(entry[1], '^%d+') + 1
  end
  if #some < count then at = last + 1 end
end
return {epoch, first, last, entries, most == 0 and last or math.min(at - 1, last)}
