import { sessionPrelude } from './session.ts'

/**
 * The newest records of a session that lives longer by being read. KEYS: hash, list, and the others. ARGV: the position from
 * which on, negative from the end.
 */
export const readScript: string = `${sessionPrelude}
local state = readState(redis.call('HGET', hash, 'js:state'))
local records = redis.call('LRANGE', list, ARGV[1], -1)
if state and state.ttl > 0 then
  local ends = currentTime() + state.ttl
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ends, 'GT') end
end
return records
`
