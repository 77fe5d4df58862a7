import { tellPrelude } from './tell-index.ts'

/**
 * The index: two sorted sets, of the same ids. In `times` the score of an id is the time of the session's last change in ms, and
 * the empty id, with the score -1, says that nothing is missing; in `ids` all scores are 0, so that ids stand in the order of their bytes.
 *
 * On a cluster, sessions are on other servers. There `marks` has a member `mark id` for each write under way, with the time at which it
 * began: whoever lists looks at those sessions first. And `doubts`, a hash, says of an id who is about to take it out, or to put it back
 * in time; whoever writes the session meanwhile ends that.
 *
 * Each is found by the key of `times`, where a call names that one alone, since the slot is just moving.
 */
const keysPrelude = `
local base = string.sub(KEYS[1], 1, -6)
local times, ids, marks, doubts = KEYS[1], KEYS[2] or base .. 'ids', KEYS[3] or base .. 'marks', KEYS[4] or base .. 'doubts'
`

/**
 * What happened to sessions, on a cluster. KEYS: times, ids, marks, doubts. ARGV: of each step its name, a token, the id and a time in ms or
 * nothing.
 *
 * - `begin`: the session is about to be written. The token is that of the write.
 * - `settle`: it was written at this time, nothing where it was not. `0` where the index says a later time.
 * - `doubt`: somebody looks whether it is there, and when it was changed, to say so by
 * - `correct`: it was changed at this time, nothing where it is not there. `0` where somebody wrote it, or doubted it, after the doubt.
 * - `complete`: from now on, no session is missing. On a single server too.
 *
 * Replies with `1` or `0` for each.
 */
export const indexStepsScript: string = `#!lua flags=allow-oom
${keysPrelude}
local now = redis.call('TIME')[1] * 1000
local function put(id, time)
  redis.call('ZADD', times, time, id)
  redis.call('ZADD', ids, '0', id)
end
local steps = {}
function steps.begin(token, id)
  redis.call('ZADD', marks, now, token .. ' ' .. id)
  return true
end
function steps.settle(token, id, time)
  redis.call('ZREM', marks, token .. ' ' .. id)
  if time == '' then return true end
  redis.call('HDEL', doubts, id)
  local before = redis.call('ZSCORE', times, id)
  if before and tonumber(before) > tonumber(time) then return false end
  put(id, time)
  return true
end
function steps.doubt(token, id)
  redis.call('HSET', doubts, id, token)
  -- Of those that nobody comes back for, nothing is left.
  redis.call('PEXPIREAT', doubts, now + 600000)
  return true
end
function steps.correct(token, id, time)
  if redis.call('HGET', doubts, id) ~= token then return false end
  redis.call('HDEL', doubts, id)
  if time ~= '' then put(id, time)
  else
    redis.call('ZREM', times, id)
    redis.call('ZREM', ids, id)
  end
  return true
end
function steps.complete()
  redis.call('ZADD', times, '-1', '')
  return true
end
local replies = {}
for at = 1, #ARGV, 4 do
  replies[#replies + 1] = steps[ARGV[at]](ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]) and '1' or '0'
end
return replies
`

/**
 * What a listing has to know first. KEYS: times, ids, marks, doubts. Replies with whether nothing is missing, the time in ms, and of the writes under way the marks and the times at which they began.
 */
export const lookScript: string = `#!lua flags=no-writes
${keysPrelude}
local isComplete = redis.call('ZSCORE', times, '') and '1' or '0'
return { isComplete, redis.call('TIME')[1] .. '000', redis.call('ZRANGE', marks, 0, -1, 'WITHSCORES') }
`

/** Puts into an index on the same server what is there now. KEYS: hash, list, times, ids. ARGV: the session id. */
export const reconcileScript: string = `#!lua flags=allow-oom
${tellPrelude}
tellIndex(KEYS[3], KEYS[4], KEYS[1], KEYS[2], ARGV[1])
return 1
`
