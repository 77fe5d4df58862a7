/**
 * The way of nearly every write: records are appended, and nothing else, to a session that we have written before. Does what
 * the rest would do, in a third of the time, and gives the time of the change in ms, or `false`, and has changed nothing.
 */
export const plainAppend = (ttl: string): string => `
local call = redis.call
local ttl = ${ttl}
local keepsTTL = ttl == '0'
local seconds, micros = unpack(call('TIME'))
local now = seconds * 1000 + math.floor(micros / 1000)
-- Lua writes whole numbers of up to 14 digits as such: milliseconds until the year 5138.
local nowText = now .. ' '

local function append(hash, list, id, first, last)
  local owner, stored = unpack(call('HMGET', hash, 'session_id', 'js:last'))
  if owner ~= id or not stored or #stored > 48 then return false end
  local updated, count, lives = string.match(stored, '^(%d+) (%d+) (%d+)$')
  if not updated or #updated ~= 13 or #count > 10 or #lives > 15 then return false end
  if lives ~= ttl and not keepsTTL then return false end
  local length
  if first == last then length = call('RPUSH', list, ARGV[first])
  else length = call('RPUSH', list, unpack(ARGV, first, last)) end
  local before = length - (last - first + 1)
  -- Later than whatever was told of a write of Python's in between; two, as one is what tells it from ours.
  local least = updated + 2 + math.abs(before - count)
  local time, text = now, nowText
  if least > now then time, text = least, least .. ' ' end
  if time - time % 1000 == updated - updated % 1000 then
    call('HSET', hash, 'js:last', text .. length .. ' ' .. lives)
  else
    call('HSET', hash, 'js:last', text .. length .. ' ' .. lives, 'updated_at', string.format('%.0f', (time - time % 1000) / 1000))
  end
  if lives ~= '0' then
    call('PEXPIREAT', hash, time + lives)
    call('PEXPIREAT', list, time + lives)
  elseif before == 0 then
    local ends = call('PEXPIRETIME', hash)
    if ends > 0 then call('PEXPIREAT', list, ends) end
  end
  return time
end
`
