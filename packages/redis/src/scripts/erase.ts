import { conditionsPrelude } from './conditions.ts'
import { leasePrelude } from './lease.ts'
import { sessionPrelude } from './session.ts'

/**
 * Removes a session with all its keys. KEYS: hash, list, on a single server Python's counter, and the lease where it has to be held.
 * ARGV: the session id; the time in ms at which it must have been changed last, the token of the lease, and the channel to tell, each
 * empty where there is none. Replies with 1 where there was a session, with `lost` where the lease is not held.
 */
export const eraseScript: string = `#!lua flags=allow-oom
${sessionPrelude}
${leasePrelude}
${conditionsPrelude}
local hash, unchangedSince, channel = KEYS[1], tonumber(ARGV[2]), ARGV[4]
local wanted = { lease = ARGV[3] ~= '' and ARGV[3] or nil }
local id, updatedAt, lastText = unpack(redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last'))
if id and id ~= ARGV[1] then return 0 end
local last = readLast(lastText)
local list, length = findList(KEYS, id, last)
if not length then return moving() end
local time = redis.call('TIME')
local refused = refusal(KEYS, wanted, time[1] * 1000 + math.floor(time[2] / 1000), { hash = hash })
if refused then return refused end
if not id and (length == 0 or unchangedSince) then return 0 end
if unchangedSince and changedAt(last, updatedAt, length) ~= unchangedSince then return 0 end
redis.call('UNLINK', hash)
if length > 0 then redis.call('UNLINK', list) end
-- Of an id that ends so, it is the hash of another session.
local counter = KEYS[3] ~= leaseKey(KEYS, wanted) and KEYS[3]
if counter and redis.call('TYPE', counter).ok == 'string' then redis.call('UNLINK', counter) end
if channel ~= '' then redis.call('PUBLISH', channel, '') end
return 1
`
