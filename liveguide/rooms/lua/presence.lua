-- Who came to a room, and who went.
-- KEYS: members, the channel, the process's rooms. ARGV: room; process; 1 if those who came are
-- all that the process has; as JSON, who came as pairs of id and name; and the ids of who went.
local UNUSED = 7 * 24 * 3600 -- seconds
local came, went = cjson.decode(ARGV[4]), cjson.decode(ARGV[5])
local joined, left, here = {}, {}, {}
for _, member in ipairs(came) do here[member[1]] = true end
if ARGV[3] == '1' then
  local own = ARGV[2] .. ':'
  for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(id, 1, #own) == own and not here[id] then went[#went + 1] = id end
  end
end
for _, id in ipairs(went) do
  local name = redis.call('HGET', KEYS[1], id)
  if name then
    redis.call('HDEL', KEYS[1], id)
    left[#left + 1] = {id, name}
  end
end
-- A Redis that is full refuses what adds, unless the script has written before: it is done wholly
-- or not at all, and who went makes room.
for _, member in ipairs(came) do
  if redis.call('HEXISTS', KEYS[1], member[1]) == 0 then
    redis.call('HSET', KEYS[1], member[1], member[2])
    joined[#joined + 1] = member
  end
end
if #came > 0 then
  redis.call('EXPIRE', KEYS[1], UNUSED)
  redis.call('SADD', KEYS[3], ARGV[1])
  redis.call('EXPIRE', KEYS[3], UNUSED)
end
if #joined + #left > 0 then
  local count = redis.call('HLEN', KEYS[1])
  redis.call('PUBLISH', KEYS[2], 'p' .. cjson.encode({count, joined, left}))
end
return #joined + #left
