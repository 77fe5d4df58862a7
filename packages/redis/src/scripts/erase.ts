import { sessionPrelude } from './session.ts'

/**
 * Removes a session with all its keys. KEYS: hash, list, and the others. ARGV: nothing, or the time in ms at which it must
 * have been changed last. Replies with 1 where there was one.
 */
export const eraseScript: string = `${sessionPrelude}
local hash, list = KEYS[1], KEYS[2]
local stored = redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last')
local length = redis.call('LLEN', list)
if not stored[1] and (length == 0 or ARGV[1]) then return 0 end
if ARGV[1] and changedAt(readLast(stored[3]), stored[2], length) ~= tonumber(ARGV[1]) then return 0 end
redis.call('UNLINK', unpack(KEYS))
return 1
`
