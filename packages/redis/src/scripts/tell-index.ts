import { sessionPrelude } from './session.ts'

/** What the index is to say of a session: nothing where there is none, else the time of its last change in ms. */
export const timePrelude: string = `
${sessionPrelude}
local function timeOf(hash, list, id)
  local owner, updatedAt, lastText = unpack(redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last'))
  if owner ~= id then return nil end
  local last = readLast(lastText)
  -- Where the slot is just moving, a call names the hash alone; on a cluster nobody else writes.
  return string.format('%.0f', list and changedAt(last, updatedAt, redis.call('LLEN', list)) or last and last.updated or 0)
end
`

/** Puts into an index on the same server what is there now, or the time of the last change, where that is known already. */
export const tellPrelude: string = `
${timePrelude}
local function tellIndex(times, ids, hash, list, id, known)
  local time = known or timeOf(hash, list, id)
  if not time then
    redis.call('ZREM', times, id)
    redis.call('ZREM', ids, id)
  elseif redis.call('ZADD', times, time, id) == 1 then
    redis.call('ZADD', ids, '0', id)
  end
end
`
