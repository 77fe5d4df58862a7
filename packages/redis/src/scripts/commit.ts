import { sessionPrelude } from './session.ts'

/**
 * The way of nearly every write: records are appended, and nothing else, to a session that we have written before. Does what
 * the rest would do, in a third of the time, or says that it cannot.
 */
const plainAppend = (ttl: string): string => `
local call, sub, find = redis.call, string.sub, string.find
local ttl = ${ttl}
local ending, keepsTTL = ' ' .. ttl, ttl == '0'
local beforeEnding = -1 - #ending
local seconds, micros = unpack(call('TIME'))
local now = seconds * 1000 + math.floor(micros / 1000)
-- Lua writes whole numbers of up to 14 digits as such: milliseconds until the year 5138.
local nowText = now .. ' '

local function append(hash, list, first, last)
  local stored = call('HGET', hash, 'js:last')
  if not stored then return false end
  local isUsual = find(stored, ending, beforeEnding + 1, true)
  if not isUsual and not keepsTTL then return false end
  local length
  if first == last then length = call('RPUSH', list, ARGV[first])
  else length = call('RPUSH', list, unpack(ARGV, first, last)) end
  local before = length - (last - first + 1)
  -- Nearly always nobody else wrote since: a time of 13 digits, the number of records, the ttl, which may have more than 14.
  local updated, count, lives = tonumber(sub(stored, 1, 13)), isUsual and tonumber(sub(stored, 15, beforeEnding)), ttl
  if count ~= before then
    updated, count, lives = string.match(stored, '^(%d+) (%d+) (%d+)$')
  end
  -- Later than whatever was told of a write of Python's in between; two, as one is what tells it from ours.
  local least = updated + 2 + math.abs(before - count)
  local time, text = now, nowText
  if least > now then time, text = least, least .. ' ' end
  if time - time % 1000 == updated - updated % 1000 then
    call('HSET', hash, 'js:last', text .. length .. ' ' .. lives)
  else
    call('HSET', hash, 'js:last', text .. length .. ' ' .. lives, 'updated_at', string.format('%.0f', (time - time % 1000) / 1000))
  end
  if lives ~= '0' then
    call('PEXPIREAT', hash, time + lives)
    call('PEXPIREAT', list, time + lives)
  elseif before == 0 then
    local ends = call('PEXPIRETIME', hash)
    if ends > 0 then call('PEXPIREAT', list, ends) end
  end
  return true
end
`

/**
 * One change, decided and done, as a function that takes what a script finds in KEYS and ARGV. All reads and checks come
 * before the first write, and the first write is one that Redis refuses under `noeviction` where memory is short, unless the
 * change frees some: so nothing is ever half written.
 *
 * KEYS: hash, list, and for a repeatable commit its attempts. ARGV: the session id; seven numbers (records to append, records
 * expected, metadata keys, records to drop or -1 for all, ttl in ms or 0, ms for which the attempt is remembered or 0, and
 * flags: 1 an operation, 2 dropped records are wanted, 4 replicas are waited for), or only the ttl where the rest is records to
 * append; the operation's id and fingerprint; the attempt's id; the expected records; the records to append; metadata keys
 * with their values, an empty value to remove one.
 *
 * Replies with a status, or with `applied` and the dropped records.
 */
const anyCommit = String.raw`
local function commit(KEYS, ARGV)
${sessionPrelude}
local hash, list = KEYS[1], KEYS[2]
local plain = tonumber(ARGV[2])
local append, expect, patch, drop, ttl, window, flags = #ARGV - 2, 0, 0, 0, plain, 0, 0
if not plain then
  append, expect, patch, drop, ttl, window, flags =
    string.match(ARGV[2], '^(%d+) (%d+) (%d+) (%-?%d+) (%d+) (%d+) (%d)$')
  append, expect, patch, drop = tonumber(append), tonumber(expect), tonumber(patch), tonumber(drop)
  ttl, window, flags = tonumber(ttl), tonumber(window), tonumber(flags)
end
local hasOperation, wantsDropped, waits = flags % 2 == 1, flags % 4 >= 2, flags >= 4
local at = 3
local operation, fingerprint, attempt
if hasOperation then
  operation, fingerprint, at = 'js:operation:' .. ARGV[at], ARGV[at + 1], at + 2
end
if window > 0 then
  attempt, at = ARGV[at], at + 1
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local exists, updatedAt, lastText, stateText, applied = unpack(redis.call('HMGET', hash,
  'session_id', 'updated_at', 'js:last', 'js:state', operation or 'js:state'))
local length = redis.call('LLEN', list)

-- WAIT waits for the last write of its connection, so a repetition has to be one: of something that changes nothing.
if attempt and redis.call('ZSCORE', KEYS[3], attempt) then
  if waits then redis.call('PEXPIREAT', KEYS[3], redis.call('PEXPIRETIME', KEYS[3])) end
  return 'repeated'
end
if operation and exists and applied then
  if waits then redis.call('HSET', hash, 'session_id', ARGV[1]) end
  return applied == fingerprint and 'duplicate' or 'reused'
end
if expect > 0 then
  if expect > length then return 'conflict' end
  local tail = redis.call('LRANGE', list, -expect, -1)
  for i = 1, expect do
    if tail[i] ~= ARGV[at + i - 1] then return 'conflict' end
  end
  at = at + expect
end
local dropping = (drop < 0 or drop > length) and length or drop
if dropping == 0 and append == 0 and patch == 0 and not operation then return 'applied' end

local created, generation, updated = now, now, now
if exists then
  created, generation = readState(stateText)
  if not created then
    -- Python's: from now on its first write is known, and never moves.
    created, generation = fromSeconds(redis.call('HGET', hash, 'created_at')), 0
  end
  local last = readLast(lastText)
  updated = math.max(now, changedAt(last, updatedAt, length) + 1)
  if ttl == 0 and last then ttl = last.ttl end
end
local metadata = patch > 0 and exists and redis.call('HGET', hash, 'js:metadata') or ''

local dropped = {}
if dropping > 0 then
  if wantsDropped then dropped = redis.call('LRANGE', list, -dropping, -1) end
  redis.call('LTRIM', list, 0, -dropping - 1)
  generation = generation + 1
end
-- Lua can pass only so many arguments at once.
for first = at, at + append - 1, 4000 do
  redis.call('RPUSH', list, unpack(ARGV, first, math.min(first + 3999, at + append - 1)))
end
at = at + append
local count = length - dropping + append

local seconds = string.format('%.0f', math.floor(updated / 1000))
redis.call('HSET', hash, 'updated_at', seconds, 'js:last', string.format('%.0f %.0f %.0f', updated, count, ttl))
if not exists then redis.call('HSET', hash, 'session_id', ARGV[1], 'created_at', seconds) end
if not exists or not stateText or dropping > 0 then
  redis.call('HSET', hash, 'js:state', string.format('%.0f %.0f', created, generation))
end
if operation then redis.call('HSET', hash, operation, fingerprint) end
if patch > 0 then
  local keys, values = {}, {}
  for key, value in string.gmatch(metadata, '([^\n]*)\n([^\n]*)\n') do
    keys[#keys + 1], values[key] = key, value
  end
  for i = at, at + 2 * patch - 1, 2 do
    if not values[ARGV[i]] then keys[#keys + 1] = ARGV[i] end
    values[ARGV[i]] = ARGV[i + 1]
  end
  local lines = {}
  for _, key in ipairs(keys) do
    if values[key] ~= '' then lines[#lines + 1] = key .. '\n' .. values[key] .. '\n' end
  end
  if #lines > 0 then redis.call('HSET', hash, 'js:metadata', table.concat(lines))
  else redis.call('HDEL', hash, 'js:metadata') end
end
if attempt then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  redis.call('ZADD', KEYS[3], now + window, attempt)
  redis.call('PEXPIREAT', KEYS[3], now + window, 'NX')
  redis.call('PEXPIREAT', KEYS[3], now + window, 'GT')
end

if ttl > 0 then
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, updated + ttl) end
elseif count == append then
  -- A new list, or one that has become new: it ends when the hash does, to which Python may have given an end.
  local ends = exists and redis.call('PEXPIRETIME', hash) or 0
  if ends > 0 then redis.call('PEXPIREAT', list, ends) end
elseif not exists then
  redis.call('PERSIST', list)
end
if wantsDropped then return { 'applied', dropped } end
return 'applied'
end
`

/** One change. */
export const commitScript: string = `
if tonumber(ARGV[2]) and #ARGV <= 4000 then
  ${plainAppend('ARGV[2]')}
  if append(KEYS[1], KEYS[2], 3, #ARGV) then return 'applied' end
end
${anyCommit}
return commit(KEYS, ARGV)
`

/**
 * Appends to several sessions, each by itself: what one of them refuses does not concern the others.
 *
 * KEYS: hash and list of each. ARGV: the ttl; for each, the session id, the number of records, the records. Replies with two
 * texts for each that was refused: its place, from 0, and the error.
 */
export const appendsScript: string = `
${plainAppend('ARGV[1]')}
local function appendAnyhow(hash, list, id, first, last)
  ${anyCommit}
  commit({ hash, list }, { id, ttl, unpack(ARGV, first, last) })
  return true
end
local refused, at = {}, 2
for i = 1, #KEYS, 2 do
  local hash, list, id, first, last = KEYS[i], KEYS[i + 1], ARGV[at], at + 2, at + 1 + ARGV[at + 1]
  at = last + 1
  local done, reply = pcall(append, hash, list, first, last)
  if done and not reply then done, reply = pcall(appendAnyhow, hash, list, id, first, last) end
  if not done then
    refused[#refused + 1] = (i - 1) / 2 .. ''
    refused[#refused + 1] = type(reply) == 'table' and reply.err or tostring(reply)
  end
end
return refused
`
