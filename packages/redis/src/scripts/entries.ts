import { entryIdsPrelude } from './entry-ids.ts'
import { sessionPrelude } from './session.ts'

/**
 * A page of entries. KEYS: hash, list. ARGV: the session id; how many at most; the epoch that is drawn where there is none yet;
 * `newest`, `before` or `after`; the id of that entry, nothing for the beginning; the id from which on up to that there must be so
 * many; how many. Replies with the epoch, the position of the first, the number of entries in all, the records, and the steps of
 * their gaps and times; with nothing where an entry that is named is not there.
 *
 * What ids were given out is written down where it changed. A server that takes no writes now gives them all the same: what is missed
 * then is only that Python may remove entries unseen.
 */
export const entriesScript: string = `${sessionPrelude}
${entryIdsPrelude}
local hash, limit, direction, at = KEYS[1], tonumber(ARGV[2]), ARGV[4], ARGV[5]
local owner, lastText, idsText, timesText = unpack(redis.call('HMGET', hash, 'session_id', 'js:last', 'js:ids', 'js:times'))
if owner and owner ~= ARGV[1] then return foreign() end
local list, length = findList(KEYS, owner, readLast(lastText))
if not length then return moving() end

local stored = owner and readIds(hash, idsText)
local ids = stored and heldIds(stored, list, length)
if stored and not ids then forgetIds(hash, stored) end
local isNew = not ids
if isNew then ids = owner and newIds(hash, ARGV[3]) or unwrittenIds() end

local from, to = 0, length
if at ~= '' then
  local index = indexOf(ids, at, length)
  if not index then return false end
  if direction == 'before' then to = index else from = index + 1 end
end
if ARGV[6] ~= '' then
  local first = indexOf(ids, ARGV[6], length)
  if not first or first + tonumber(ARGV[7]) ~= from then return false end
end
if direction == 'after' then to = math.min(from + limit, to) else from = math.max(to - limit, from) end

local gaps, times = stepsBetween(ids.gaps, from, to), stepsBetween(readTimes(hash, timesText), from, to)
if owner and (isNew and length > 0 or ids.isCut or ids.seen ~= length) then
  ids.seen = length
  if isNew then saveIds(hash, ids, list) else pcall(saveIds, hash, ids, list) end
end
local records = from < to and redis.call('LRANGE', list, from, to - 1) or {}
return { ids.epoch, from, length, records, gaps, times }
`
