import { sessionPrelude } from './session.ts'

/**
 * One change, decided and done. All reads and checks come before the first write, and the first write is one that Redis
 * refuses under `noeviction` where memory is short, unless the change frees some: so nothing is ever half written.
 *
 * KEYS: hash, list, and for a repeatable commit its attempts. ARGV: the session id; seven numbers (records to append, records
 * expected, metadata keys, records to drop or -1 for all, ttl in ms or 0, ms for which the attempt is remembered or 0, and
 * flags: 1 an operation, 2 dropped records are wanted, 4 replicas are waited for); the operation's id and fingerprint; the
 * attempt's id; the expected records; the records to append; metadata keys with their values, an empty value to remove one.
 *
 * Replies with a status, or with `applied` and the dropped records.
 */
export const commitScript: string = String.raw`${sessionPrelude}
local append, expect, patch, drop, ttl, window, flags =
  string.match(ARGV[2], '^(%d+) (%d+) (%d+) (%-?%d+) (%d+) (%d+) (%d)$')
append, expect, patch, drop = tonumber(append), tonumber(expect), tonumber(patch), tonumber(drop)
ttl, window, flags = tonumber(ttl), tonumber(window), tonumber(flags)
local hasOperation, wantsDropped, waits = flags % 2 == 1, flags % 4 >= 2, flags >= 4
local at = 3
local operation, fingerprint, attempt
if hasOperation then
  operation, fingerprint, at = 'js:operation:' .. ARGV[at], ARGV[at + 1], at + 2
end
if window > 0 then
  attempt, at = ARGV[at], at + 1
end

local now = currentTime()
local stored = redis.call('HMGET', hash, 'session_id', 'updated_at', 'js:state', operation or 'js:state')
local length = redis.call('LLEN', list)
local exists = stored[1]

-- WAIT waits for the last write of its connection, so a repetition has to be one: of something that changes nothing.
if attempt and redis.call('ZSCORE', KEYS[3], attempt) then
  if waits then redis.call('PEXPIREAT', KEYS[3], redis.call('PEXPIRETIME', KEYS[3])) end
  return 'repeated'
end
if operation and exists and stored[4] then
  if waits then redis.call('HSET', hash, 'session_id', ARGV[1]) end
  return stored[4] == fingerprint and 'duplicate' or 'reused'
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

local state = readState(exists and stored[3])
local created, updated, generation = now, now, now
if state then
  created, generation = state.created, state.generation
  updated = math.max(now, changedAt(state, stored[2], length) + 1)
  if ttl == 0 then ttl = state.ttl end
elseif exists then
  -- Python's: from now on its first write is known, and never moves.
  created, generation = fromSeconds(redis.call('HGET', hash, 'created_at')), 0
  updated = math.max(now, changedAt(nil, stored[2], length) + 1)
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
local text = string.format('%.0f %.0f %.0f %.0f %.0f', created, updated, count, generation, ttl)
if exists then
  redis.call('HSET', hash, 'updated_at', seconds, 'js:state', text)
else
  redis.call('HSET', hash, 'session_id', ARGV[1], 'created_at', seconds, 'updated_at', seconds, 'js:state', text)
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
`
