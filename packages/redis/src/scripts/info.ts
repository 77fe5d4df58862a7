import { sessionPrelude } from './session.ts'

/**
 * What is known of a session. KEYS: hash, list. Replies with its id, the times of its creation and last change in ms, the number
 * of records, when it expires in ms or a negative number, and its metadata as lines; with nothing where there is no session.
 */
export const infoScript: string = `${sessionPrelude}
local stored = redis.call('HMGET', hash, 'session_id', 'created_at', 'updated_at', 'js:state', 'js:metadata')
if not stored[1] then return false end
local length = redis.call('LLEN', list)
local state = readState(stored[4])
local created = state and state.created or fromSeconds(stored[2])
return { stored[1], string.format('%.0f', created), string.format('%.0f', changedAt(state, stored[3], length)), length,
  redis.call('PEXPIRETIME', hash), stored[5] or '' }
`
