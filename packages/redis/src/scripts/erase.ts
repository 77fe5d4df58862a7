import { sessionPrelude } from './session.ts'

/**
 * Removes a session with all its keys. KEYS: hash, list, and on a single server Python's counter. ARGV: the session id; the
 * time in ms at which it must have been changed last, or nothing. Replies with 1 where there was one.
 */
export const eraseScript: string = `#!lua flags=allow-oom
${sessionPrelude}
local hash = KEYS[1]
local id, updatedAt, lastText = unpack(redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last'))
if id and id ~= ARGV[1] then return 0 end
local last = readLast(lastText)
local list, length = findList(KEYS, id, last)
if not length then return moving() end
if not id and (length == 0 or ARGV[2]) then return 0 end
if ARGV[2] and changedAt(last, updatedAt, length) ~= tonumber(ARGV[2]) then return 0 end
redis.call('UNLINK', hash)
if length > 0 then redis.call('UNLINK', list) end
-- Of an id that ends so, it is the hash of another session.
if KEYS[3] and redis.call('TYPE', KEYS[3]).ok == 'string' then redis.call('UNLINK', KEYS[3]) end
return 1
`
