import { entryIdsPrelude } from './entry-ids.ts'
import { metadataPrelude } from './metadata.ts'
import { sessionPrelude } from './session.ts'

/**
 * Copies a session to one that is not there yet: the list by Redis itself, so that no record passes through the script. KEYS: hash and
 * list of both. ARGV: both ids; the ttl in ms or 0; the id of the last entry, or nothing for all; the channel to tell, or nothing; metadata
 * keys with their values, an empty value to remove one, which go over those of the source. Replies with `forked`, `exists` or `absent`.
 */
export const forkScript: string = `#!lua
${sessionPrelude}
${entryIdsPrelude}
${metadataPrelude}
local hash, list, copy, copyList = unpack(KEYS)
local ttl, upTo = tonumber(ARGV[3]), ARGV[4]
local there = redis.call('HGET', copy, 'session_id')
if there and there ~= ARGV[2] then return foreign() end
if there or redis.call('LLEN', copyList) > 0 then return 'exists' end
local owner, idsText, timesText, metadataText =
  unpack(redis.call('HMGET', hash, 'session_id', 'js:ids', 'js:times', 'js:metadata'))
if not owner then return 'absent' end
if owner ~= ARGV[1] then return foreign() end
local length = redis.call('LLEN', list)
local count = length
if upTo ~= '' then
  local ids = readIds(hash, idsText)
  local index = indexOf(ids and heldIds(ids, list, length), upTo, length)
  if not index then return 'absent' end
  count = index + 1
end
local metadata = readMetadata(metadataText)
if not metadata then return corruptMetadata() end
patchMetadata(metadata, { '"usage"', '' }, 1, 1)
patchMetadata(metadata, ARGV, 6, (#ARGV - 5) / 2)

local times = readTimes(hash, timesText)
setFrom(times, count, 0)
copySteps(times, copy)

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local seconds = string.format('%.0f', math.floor(now / 1000))
if count > 0 then
  redis.call('COPY', list, copyList)
  if count < length then redis.call('LTRIM', copyList, 0, count - 1) end
  redis.call('PERSIST', copyList)
end
redis.call('HSET', copy, 'session_id', ARGV[2], 'created_at', seconds, 'updated_at', seconds,
  'js:last', string.format('%.0f %.0f %.0f', now, count, ttl), 'js:state', string.format('%.0f 0', now))
writeMetadata(copy, metadata)
saveTimes(times)
if ttl > 0 then
  redis.call('PEXPIREAT', copy, now + ttl)
  if count > 0 then redis.call('PEXPIREAT', copyList, now + ttl) end
end
if ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[5], '') end
return 'forked'
`
