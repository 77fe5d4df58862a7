/**
 * What every script begins with: how a session's hash is read.
 *
 * `js:state` is five numbers: `created updated count generation ttl`. The times are milliseconds, `count` is the length of the
 * list after our last write, `generation` changes whenever records are removed, and `ttl` is milliseconds, 0 for none.
 * Python knows nothing of it and goes on writing `updated_at`, in seconds, and the list: where either is not as we left it,
 * somebody else changed the session, and its time is worked out from what is there.
 */
export const sessionPrelude: string = `
local hash, list = KEYS[1], KEYS[2]

local function currentTime()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function readState(text)
  if not text then return nil end
  local created, updated, count, generation, ttl = string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
  if not created then return nil end
  return { created = tonumber(created), updated = tonumber(updated), count = tonumber(count),
    generation = tonumber(generation), ttl = tonumber(ttl) }
end

-- Milliseconds for the seconds that Python writes, up to the last Date; what is no number counts as the epoch.
local function fromSeconds(text)
  local seconds = text and string.match(text, '^%d+%.?%d*$')
  return math.floor(math.min(tonumber(seconds or '0'), 8.64e12 - 1) * 1000)
end

-- When the session was last changed. Python says only the second: the length tells two of its writes in one second apart.
local function changedAt(state, updatedAt, length)
  local theirs = fromSeconds(updatedAt) + length % 1000
  if not state then return theirs end
  local ours = string.format('%.0f', math.floor(state.updated / 1000))
  if updatedAt == ours and length == state.count then return state.updated end
  return math.max(theirs, state.updated + 1 + math.abs(length - state.count))
end
`
