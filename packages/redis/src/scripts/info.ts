import { sessionPrelude } from './session.ts'

/**
 * What is known of a session. KEYS: hash, list. Replies with its id, the times of its creation and last change in ms, the number
 * of records, when it expires in ms or a negative number, and its metadata as lines; with nothing where there is no session.
 */
export const infoScript: string = `${sessionPrelude}
local hash = KEYS[1]
local stored = redis.call('HMGET', hash, 'session_id', 'created_at', 'updated_at', 'js:last', 'js:state', 'js:metadata')
if not stored[1] then return false end
local last = readLast(stored[4])
local list, length = findList(KEYS, true, last)
length = length or last and last.count
if not length then return moving() end
local created = readState(stored[5]) or fromSeconds(stored[2])
local updated = changedAt(last, stored[3], length)
return { stored[1], string.format('%.0f', created), string.format('%.0f', updated), length,
  redis.call('PEXPIRETIME', hash), stored[6] or '' }
`
