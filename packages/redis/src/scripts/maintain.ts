import { sessionPrelude } from './session.ts'

/**
 * Replaces and removes records where they stand. KEYS: hash, list. ARGV: the session id; the number of replacements; a text that no
 * record is; for each replacement the position, the SHA-1 digest of what stands there, and the record; for each removal the first
 * two. Replies with `applied`, or with `conflict` where a digest is another one.
 *
 * The time of the last change stays, also the one that is worked out where Python wrote last: it is put down before the length
 * changes, on which that rests. No key's end is touched.
 */
export const maintainScript: string = `#!lua flags=allow-oom
${sessionPrelude}
local hash, count, mark = KEYS[1], tonumber(ARGV[2]), ARGV[3]
local removals = 4 + 3 * count
local stored = redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last', 'js:state', 'created_at')
if stored[1] and stored[1] ~= ARGV[1] then return foreign() end
local last = readLast(stored[3])
local list, length = findList(KEYS, stored[1], last)
if not length then return moving() end
if length == 0 then return 'conflict' end
local function holds(at)
  local record = redis.call('LINDEX', list, ARGV[at])
  return record and redis.sha1hex(record) == ARGV[at + 1]
end
for at = 4, removals - 1, 3 do if not holds(at) then return 'conflict' end end
for at = removals, #ARGV, 2 do if not holds(at) then return 'conflict' end end

for at = 4, removals - 1, 3 do redis.call('LSET', list, ARGV[at], ARGV[at + 2]) end
if removals > #ARGV then return 'applied' end

for at = removals, #ARGV, 2 do redis.call('LSET', list, ARGV[at], mark) end
local removed = redis.call('LREM', list, 0, mark)
if stored[1] then
  local updated = changedAt(last, stored[2], length)
  local created, generation = readState(stored[4])
  if not created then created, generation = fromSeconds(stored[5]), 0 end
  redis.call('HSET', hash, 'updated_at', string.format('%.0f', math.floor(updated / 1000)),
    'js:last', string.format('%.0f %.0f %.0f', updated, length - removed, last and last.ttl or 0),
    'js:state', string.format('%.0f %.0f', created, generation + 1))
end
return 'applied'
`
