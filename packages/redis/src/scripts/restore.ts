import { entryIdsPrelude } from './entry-ids.ts'
import { metadataPrelude } from './metadata.ts'
import { rememberedPrelude } from './remembered.ts'
import { sessionPrelude } from './session.ts'

/**
 * Makes a session with times of its own. All reads and checks come before the first write. KEYS: hash, list, and on a single server
 * Python's counter. ARGV: the session id; eight numbers (created and updated in ms; ttl in ms or 0; what is to be there: 0 nothing, 1 a session
 * that goes on, 2 one that goes; when that one was changed last in ms; how many records, operations and metadata keys); the id of its newest
 * entry, nothing where it has none, `*` where nobody asks; whether times follow; the channel to tell, or nothing; the records; with times, the
 * time of each in ms, or nothing; operation ids with their fingerprints and their ends in ms; metadata keys with their values. Replies with
 * `restored` or `conflict`.
 */
export const restoreScript: string = `#!lua
${sessionPrelude}
${rememberedPrelude}
${entryIdsPrelude}
${metadataPrelude}
local hash = KEYS[1]
local created, updated, ttl, over, since, append, operations, patch =
  string.match(ARGV[2], '^(%d+) (%d+) (%d+) (%d) (%d+) (%d+) (%d+) (%d+)$')
created, updated, ttl, over, since = tonumber(created), tonumber(updated), tonumber(ttl), tonumber(over), tonumber(since)
append, operations, patch = tonumber(append), tonumber(operations), tonumber(patch)
local newest, timed, channel, at = ARGV[3], ARGV[4] ~= '', ARGV[5], 6

local exists, updatedAt, lastText, stateText, idsText, timesText =
  unpack(redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:last', 'js:state', 'js:ids', 'js:times'))
if exists and exists ~= ARGV[1] then return foreign() end
local last = readLast(lastText)
local list, length = findList(KEYS, exists, last)
if not length then return moving() end
if over == 0 and (exists or length > 0) then return 'conflict' end
if over > 0 then
  if not exists or changedAt(last, updatedAt, length) ~= since then return 'conflict' end
  local stored = newest ~= '*' and newest ~= '' and readIds(hash, idsText)
  local index = stored and indexOf(heldIds(stored, list, length), newest, length)
  local isNewest = newest == '*' or newest == '' and length == 0 or index and index == length - 1
  if not isNewest then return 'conflict' end
end

local _, generation = readState(stateText)
generation = generation or 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if over == 2 then
  -- Not the key itself: one that is gone cannot be made again where its slot is just moving.
  local fields = {}
  for _, field in ipairs(redis.call('HKEYS', hash)) do
    if field ~= 'session_id' then fields[#fields + 1] = field end
  end
  for first = 1, #fields, 4000 do redis.call('HDEL', hash, unpack(fields, first, math.min(first + 3999, #fields))) end
  generation, timesText = generation + 1, nil
end
local kept = over == 1 and length or 0
local count = kept + append
-- Lua can pass only so many arguments at once.
for first = at, at + append - 1, 4000 do
  redis.call('RPUSH', list, unpack(ARGV, first, math.min(first + 3999, at + append - 1)))
end
-- What was there goes last, for the same reason.
if over == 2 and length > 0 then
  if append > 0 then redis.call('LTRIM', list, length, -1) else redis.call('UNLINK', list) end
end
at = at + append

redis.call('HSET', hash, 'session_id', ARGV[1],
  'created_at', string.format('%.0f', math.floor(created / 1000)), 'updated_at', string.format('%.0f', math.floor(updated / 1000)),
  'js:last', string.format('%.0f %.0f %.0f', updated, count, ttl), 'js:state', string.format('%.0f %.0f', created, generation))
local times = (timed or timesText) and readTimes(hash, timesText)
if times then
  setFrom(times, kept, 0)
  for i = 0, timed and append - 1 or -1 do
    setFrom(times, kept + i, math.min(tonumber(ARGV[at + i]) or updated, updated))
  end
  setFrom(times, count, 0)
  saveTimes(times)
end
if timed then at = at + append end
for i = at, at + 3 * operations - 1, 3 do
  if not redis.call('HGET', hash, 'js:operation:' .. ARGV[i]) then
    remember(hash, 'operation', ARGV[i], ARGV[i + 1], now, tonumber(ARGV[i + 2]))
  end
end
at = at + 3 * operations
local metadata = readMetadata('')
patchMetadata(metadata, ARGV, at, patch)
writeMetadata(hash, metadata)
for _, key in ipairs(count > 0 and { hash, list } or { hash }) do
  if ttl > 0 then redis.call('PEXPIREAT', key, updated + ttl) else redis.call('PERSIST', key) end
end
if channel ~= '' then redis.call('PUBLISH', channel, '') end
return 'restored'
`

/**
 * The operations that a session remembers, those first that end first. KEYS: hash. ARGV: the session id. Replies with the id, the fingerprint
 * and the end in ms of each.
 */
export const operationsScript: string = `#!lua flags=no-writes
${rememberedPrelude}
local hash = KEYS[1]
local kept = {}
if redis.call('HGET', hash, 'session_id') ~= ARGV[1] then return kept end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first, next = queueOf(hash, 'operation', now)
for n = first, next - 1 do
  local ends, id = string.match(redis.call('HGET', hash, string.format('js:operations:%.0f', n)) or '', '^(%d+) (.*)$')
  local fingerprint = id and redis.call('HGET', hash, 'js:operation:' .. id)
  if fingerprint and tonumber(ends) > now then
    kept[#kept + 1], kept[#kept + 2], kept[#kept + 3] = id, fingerprint, ends
  end
end
return kept
`
