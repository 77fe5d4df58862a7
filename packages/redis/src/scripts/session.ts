/**
 * What scripts begin with: how a session's hash is read, and its list where a slot is just moving.
 *
 * `js:last` is `updated count ttl`: when we last changed the session, in milliseconds, how long the list was then, and the ttl
 * in milliseconds, 0 for none. `js:state` is `created generation`: the time of the first write, and a number that changes
 * whenever records are removed. Python knows nothing of them and goes on writing `updated_at`, in seconds, and the list: where
 * either is not as we left it, somebody else changed the session, and its time is worked out from what is there. What is no
 * such text, or beyond what a `Date` or a list can be, counts as not there.
 */
export const sessionPrelude: string = `
local function readLast(text)
  local updated, count, ttl = string.match(text or '', '^(%d+) (%d+) (%d+)$')
  updated, count, ttl = tonumber(updated), tonumber(count), tonumber(ttl)
  local isPossible = updated and updated <= 8e15 and count < 2^32 and ttl <= 8.64e15
  return isPossible and { updated = updated, count = count, ttl = ttl } or nil
end

local function readState(text)
  local created, generation = string.match(text or '', '^(%d+) (%d+)$')
  created, generation = tonumber(created), tonumber(generation)
  if created and created <= 8.64e15 and generation < 2^53 then return created, generation end
end

-- Milliseconds for the seconds that Python writes, up to the last Date; what is no number counts as the epoch.
local function fromSeconds(text)
  local seconds = text and string.match(text, '^%d+%.?%d*$')
  return math.floor(math.min(tonumber(seconds or '0'), 8.64e12 - 1) * 1000)
end

-- When the session was last changed. Python says only the second: the length tells two of its writes in one second apart.
local function changedAt(last, updatedAt, length)
  local theirs = fromSeconds(updatedAt)
  if not last then return theirs + length % 1000 end
  local ours = string.format('%.0f', math.floor(last.updated / 1000))
  if updatedAt == ours and length == last.count then return last.updated end
  return math.max(theirs, last.updated + 1 + math.abs(length - last.count))
end

-- A slot of a cluster that is just moving refuses calls that name a key which is not there. Then a call names the hash alone,
-- and the list is where the hash is if it is as long as the hash says; otherwise nobody can say, and this is nothing.
local function findList(keys, exists, last)
  if keys[2] then return keys[2], redis.call('LLEN', keys[2]) end
  local list = keys[1] .. ':messages'
  local length = redis.pcall('LLEN', list)
  if type(length) ~= 'number' then return list, last and last.count == 0 and 0 or nil end
  if exists and not (last and last.count == length) then return list, nil end
  return list, length
end

local function moving() return redis.error_reply('TRYAGAIN The keys of the session are on two servers') end
local function foreign() return redis.error_reply('FOREIGN The keys belong to another session') end
`
