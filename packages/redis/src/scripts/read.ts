import { sessionPrelude } from './session.ts'

/**
 * The newest records of a session that lives longer by being read. KEYS: hash, list. ARGV: the session id; the position from which
 * on, negative from the end.
 */
export const readScript: string = `${sessionPrelude}
local hash = KEYS[1]
local id, lastText = unpack(redis.call('HMGET', hash, 'session_id', 'js:last'))
if id and id ~= ARGV[1] then return foreign() end
local last = readLast(lastText)
local list, length = findList(KEYS, id, last)
if not length then return moving() end
local records = length > 0 and redis.call('LRANGE', list, ARGV[2], -1) or {}
if last and last.ttl > 0 then
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + math.floor(time[2] / 1000) + last.ttl
  redis.call('PEXPIREAT', hash, ends, 'GT')
  if length > 0 then redis.call('PEXPIREAT', list, ends, 'GT') end
end
return records
`
