/**
 * What scripts begin with: how a session's hash is read.
 *
 * `js:last` is `updated count ttl`: when we last changed the session, in milliseconds, how long the list was then, and the ttl
 * in milliseconds, 0 for none. `js:state` is `created generation`: the time of the first write, and a number that changes
 * whenever records are removed. Python knows nothing of them and goes on writing `updated_at`, in seconds, and the list: where
 * either is not as we left it, somebody else changed the session, and its time is worked out from what is there.
 */
export const sessionPrelude: string = `
local function readLast(text)
  local updated, count, ttl = string.match(text or '', '^(%d+) (%d+) (%d+)$')
  return updated and { updated = tonumber(updated), count = tonumber(count), ttl = tonumber(ttl) }
end

local function readState(text)
  local created, generation = string.match(text or '', '^(%d+) (%d+)$')
  return tonumber(created), tonumber(generation)
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
`
