import { entryIdsPrelude } from './entry-ids.ts'
import { sessionPrelude } from './session.ts'

/**
 * Replaces and removes records where they stand. KEYS: hash, list. ARGV: the session id; the number of replacements; a text that no
 * record is; the channel to tell, or nothing; for each replacement the position, the SHA-1 digest of what stands there, and the record;
 * for each removal the first two. Replies with `applied`, or with `conflict` where a digest is another one.
 *
 * Entries keep their ids and times.
 *
 * The time of the last change stays, also the one that is worked out where Python wrote last: it is put down before the length
 * changes, on which that rests. No key's end is touched.
 */
export const maintainScript: string = `#!lua flags=allow-oom
${sessionPrelude}
${entryIdsPrelude}
local hash, count, mark, channel = KEYS[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local removals = 5 + 3 * count
local stored = redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last', 'js:state', 'created_at',
  'js:ids', 'js:times')
if stored[1] and stored[1] ~= ARGV[1] then return foreign() end
local last = readLast(stored[3])
local list, length = findList(KEYS, stored[1], last)
if not length then return moving() end
if length == 0 then return 'conflict' end
local function holds(at)
  local record = redis.call('LINDEX', list, ARGV[at])
  return record and redis.sha1hex(record) == ARGV[at + 1]
end
for at = 5, removals - 1, 3 do if not holds(at) then return 'conflict' end end
for at = removals, #ARGV, 2 do if not holds(at) then return 'conflict' end end

local written = stored[1] and readIds(hash, stored[6])
local ids = written and heldIds(written, list, length)
local gone = {}
for at = removals, #ARGV, 2 do gone[#gone + 1] = tonumber(ARGV[at]) end
table.sort(gone)
local times = stored[7] and #gone > 0 and readTimes(hash, stored[7])
if times then removeFromSteps(times, gone, 0) end
if ids and #gone > 0 then
  removeFromSteps(ids.gaps, gone, 1)
  local seen = ids.seen
  for _, position in ipairs(gone) do if position < seen then ids.seen = ids.seen - 1 end end
end

if written and not ids then forgetIds(hash, written) end
local function finish()
  if ids then saveIds(hash, ids, list) end
  if times then saveTimes(times) end
  if channel ~= '' then redis.call('PUBLISH', channel, '') end
  return 'applied'
end
for at = 5, removals - 1, 3 do redis.call('LSET', list, ARGV[at], ARGV[at + 2]) end
if removals > #ARGV then return finish() end

for at = removals, #ARGV, 2 do redis.call('LSET', list, ARGV[at], mark) end
redis.call('LREM', list, 0, mark)
if stored[1] then
  local updated = changedAt(last, stored[2], length)
  local created, generation = readState(stored[4])
  if not created then created, generation = fromSeconds(stored[5]), 0 end
  redis.call('HSET', hash, 'updated_at', string.format('%.0f', math.floor(updated / 1000)),
    'js:last', string.format('%.0f %.0f %.0f', updated, length - #gone, last and last.ttl or 0),
    'js:state', string.format('%.0f %.0f', created, generation + 1))
end
return finish()
`
