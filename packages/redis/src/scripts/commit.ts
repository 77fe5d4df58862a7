import { conditionsPrelude } from './conditions.ts'
import { entryIdsPrelude } from './entry-ids.ts'
import { leasePrelude } from './lease.ts'
import { metadataPrelude } from './metadata.ts'
import { plainAppend } from './plain-append.ts'
import { rememberedPrelude } from './remembered.ts'
import { sessionPrelude } from './session.ts'

/**
 * One change, decided and done, as a function that takes what a script finds in KEYS and ARGV. All reads and checks come
 * before the first write: so nothing is ever half written.
 *
 * KEYS: hash, list, on a single server Python's counter where the change clears, and the lease where it has to be held. ARGV: the
 * session id; seven numbers (records to append, records expected, metadata keys, records to drop or -1 for all, ttl in ms or 0, ms for
 * which the id of the operation or attempt is remembered, and flags, see `changes.ts`), or only the ttl where the rest is records to append;
 * then, as far as the flags say so: the operation's id and fingerprint; the attempt's id and the ms for which it is remembered; the token
 * of the lease; the id of the newest entry, or nothing; the metadata as they are stored; the channel to tell; and always: the expected
 * records; the records to append; as far as a flag says so, the time of each in ms, or nothing; metadata keys with their values, an empty
 * value to remove one.
 *
 * Replies with a status, or with `applied` and the dropped records.
 */
const anyCommit = `
local function commit(KEYS, ARGV)
${sessionPrelude}
${rememberedPrelude}
${entryIdsPrelude}
${leasePrelude}
${metadataPrelude}
${conditionsPrelude}
local hash = KEYS[1]
local plain = tonumber(ARGV[2])
local append, expect, patch, drop, ttl, window, flags = #ARGV - 2, 0, 0, 0, plain, 0, 0
if not plain then
  append, expect, patch, drop, ttl, window, flags =
    string.match(ARGV[2], '^(%d+) (%d+) (%d+) (%-?%d+) (%d+) (%d+) (%d+)$')
  append, expect, patch, drop = tonumber(append), tonumber(expect), tonumber(patch), tonumber(drop)
  ttl, window, flags = tonumber(ttl), tonumber(window), tonumber(flags)
end
local at = 3
local function has(flag) return flags % (2 * flag) >= flag end
local function given(flag)
  if not has(flag) then return nil end
  at = at + 1
  return ARGV[at - 1]
end
local wantsDropped, waits, clears = has(2), has(4), has(16)
local operation = given(1)
local fingerprint = given(1)
local attempt = given(8)
local attemptWindow = tonumber(given(8) or '0')
local lease = given(256)
local newest = given(64)
local wanted = { creates = has(32), lease = lease, newest = newest, metadata = given(128) }
local channel = given(2048)

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner = redis.call('HGET', hash, 'session_id')
if owner and owner ~= ARGV[1] then return foreign() end
if operation then forget(hash, 'operation', now, 10) end
if attempt then forget(hash, 'attempt', now, 10) end
local exists, updatedAt, lastText, stateText, idsText, timesText, applied, tried = unpack(redis.call('HMGET', hash,
  'session_id', 'updated_at', 'js:last', 'js:state', 'js:ids', 'js:times',
  'js:operation:' .. (operation or ''), 'js:attempt:' .. (attempt or '')))
local last = readLast(lastText)
local list, length = findList(KEYS, exists, last)
if not length then return moving() end

-- WAIT waits for the last write of its connection, so a repetition has to be one: of something that changes nothing.
if attempt and tried then
  if waits then redis.call('HSET', hash, 'session_id', ARGV[1]) end
  return 'repeated'
end
if operation and exists and applied then
  if waits then redis.call('HSET', hash, 'session_id', ARGV[1]) end
  return applied == fingerprint and 'duplicate' or 'reused'
end
local stored = exists and readIds(hash, idsText) or nil
-- Nothing else depends on where entries are, or changes it.
local asksForIds = drop ~= 0 or newest
local ids = stored and asksForIds and heldIds(stored, list, length) or nil
if not exists then ids = unwrittenIds() end
local refused = refusal(KEYS, wanted, now, { hash = hash, exists = exists, length = length, ids = ids })
if refused then return refused end
if expect > 0 then
  if expect > length then return 'conflict' end
  local tail = redis.call('LRANGE', list, -expect, -1)
  for i = 1, expect do
    if tail[i] ~= ARGV[at + i - 1] then return 'conflict' end
  end
  at = at + expect
end
local function tell() if channel then redis.call('PUBLISH', channel, '') end end
local dropping = (drop < 0 or drop > length) and length or drop
local writes = append > 0 or patch > 0 or operation
if clears and exists and not writes and redis.call('HEXISTS', hash, 'js:metadata') == 0 then
  local dropped = wantsDropped and redis.call('LRANGE', list, 0, -1)
  redis.call('UNLINK', hash)
  if length > 0 then redis.call('UNLINK', list) end
  -- Of an id that ends so, it is the hash of another session.
  local counter = KEYS[3] ~= leaseKey(KEYS, wanted) and KEYS[3]
  if counter and redis.call('TYPE', counter).ok == 'string' then redis.call('UNLINK', counter) end
  tell()
  return dropped and { 'applied', dropped } or 'applied'
end
if dropping == 0 and not writes then
  if clears and exists then forgetAll(hash, 'operation') end
  return 'applied'
end

local created, generation, updated = now, now, now
if exists then
  created, generation = readState(stateText)
  if not created then
    -- Python's: from now on its first write is known, and never moves.
    created, generation = fromSeconds(redis.call('HGET', hash, 'created_at')), 0
  end
  updated = math.max(now, changedAt(last, updatedAt, length) + 1)
  if ttl == 0 and last then ttl = last.ttl end
end
local metadata = readMetadata(patch > 0 and exists and redis.call('HGET', hash, 'js:metadata') or '')
if not metadata then return corruptMetadata() end
local kept = length - dropping
local count = kept + append
if stored and dropping > 0 and ids and not clears then cutIds(ids, length, kept) end
local times = (has(512) and append > 0 or timesText and dropping > 0) and readTimes(hash, timesText)
if times then
  setFrom(times, kept, 0)
  for i = 0, has(512) and append - 1 or -1 do
    setFrom(times, kept + i, has(1024) and tonumber(ARGV[at + append + i]) or updated)
    if not has(1024) then break end
  end
  if has(512) then setFrom(times, count, 0) end
end
if clears and exists then forgetAll(hash, 'operation') end

local dropped = {}
if dropping > 0 then
  if wantsDropped then dropped = redis.call('LRANGE', list, -dropping, -1) end
  -- All of it: after what is appended, since a key that is gone cannot be made again where its slot is just moving.
  if dropping < length then redis.call('LTRIM', list, 0, -dropping - 1)
  elseif append == 0 then redis.call('UNLINK', list) end
  generation = generation + 1
end
-- Lua can pass only so many arguments at once.
for first = at, at + append - 1, 4000 do
  redis.call('RPUSH', list, unpack(ARGV, first, math.min(first + 3999, at + append - 1)))
end
if dropping > 0 and dropping == length and append > 0 then redis.call('LTRIM', list, length, -1) end
at = at + append

local seconds = string.format('%.0f', math.floor(updated / 1000))
redis.call('HSET', hash, 'updated_at', seconds, 'js:last', string.format('%.0f %.0f %.0f', updated, count, ttl))
if not exists then redis.call('HSET', hash, 'session_id', ARGV[1], 'created_at', seconds) end
if not exists or not stateText or dropping > 0 then
  redis.call('HSET', hash, 'js:state', string.format('%.0f %.0f', created, generation))
end
if operation then remember(hash, 'operation', operation, fingerprint, now, now + window) end
if attempt then remember(hash, 'attempt', attempt, '1', now, now + attemptWindow) end

if stored and (clears or asksForIds and not ids) then forgetIds(hash, stored)
elseif stored and dropping > 0 then saveIds(hash, ids, list) end
if times then saveTimes(times) end
if has(1024) then at = at + append end
if patch > 0 then
  patchMetadata(metadata, ARGV, at, patch)
  writeMetadata(hash, metadata)
end

if ttl > 0 then
  redis.call('PEXPIREAT', hash, updated + ttl)
  if count > 0 then redis.call('PEXPIREAT', list, updated + ttl) end
elseif count > 0 and count == append then
  -- A new list, or one that has become new: it ends when the hash does, to which Python may have given an end.
  local ends = exists and redis.call('PEXPIRETIME', hash) or 0
  if ends > 0 then redis.call('PEXPIREAT', list, ends) end
elseif count > 0 and not exists then
  redis.call('PERSIST', list)
end
tell()
if wantsDropped then return { 'applied', dropped } end
return 'applied'
end
`

/** Beside the reply it gives the time of the change in ms where that is at hand, for an index: see `indexed.ts`. */
const anyChange = `
if tonumber(ARGV[2]) and KEYS[2] and #ARGV <= 4000 then
  ${plainAppend('ARGV[2]')}
  local time = append(KEYS[1], KEYS[2], ARGV[1], 3, #ARGV)
  if time then return 'applied', time end
end
${anyCommit}
return commit(KEYS, ARGV)
`

/** One change. Refused as a whole where the server takes no writes now, for want of memory, of replicas, or as a replica. */
export const commitScript: string = `#!lua
${anyChange}`

/** One change that drops records: want of memory does not refuse what frees some. */
export const dropScript: string = `#!lua flags=allow-oom
${anyChange}`

/**
 * Appends to several sessions, each by itself: what one of them refuses does not concern the others.
 *
 * KEYS: hash and list of each. ARGV: the ttl; for each, the session id, the number of records, the records. Replies with two
 * texts for each that was refused: its place, from 0, and the error. Beside that it gives the times that are at hand, by the places of the
 * hashes.
 */
export const appendsScript: string = `#!lua
${plainAppend('ARGV[1]')}
local function appendAnyhow(hash, list, id, first, last)
  ${anyCommit}
  return commit({ hash, list }, { id, ttl, unpack(ARGV, first, last) })
end
local refused, times, at = {}, {}, 2
for i = 1, #KEYS, 2 do
  local hash, list, id, first, last = KEYS[i], KEYS[i + 1], ARGV[at], at + 2, at + 1 + ARGV[at + 1]
  at = last + 1
  local done, reply = pcall(append, hash, list, id, first, last)
  if done and reply then times[i] = reply
  elseif done then done, reply = pcall(appendAnyhow, hash, list, id, first, last) end
  local err = type(reply) == 'table' and reply.err
  if not done or err then
    refused[#refused + 1] = (i - 1) / 2 .. ''
    refused[#refused + 1] = err or tostring(reply)
  end
end
return refused, times
`
