/**
 * Ids from a place of the listing on, newest first. KEYS: times. ARGV: the time and the id of the place behind which they are, or nothing
 * twice; a time before which they are, or nothing; a time from which on they are; how many at most. Replies with ids and times in turn.
 */
export const newestScript: string = `#!lua flags=no-writes
local times, count = KEYS[1], tonumber(ARGV[5])
-- By bytes: the order of Lua's own comparison is that of a language.
local function isLess(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = string.byte(one, i), string.byte(other, i)
    if a ~= b then return a < b end
  end
  return #one < #other
end
local from = 0
if ARGV[3] ~= '' then from = redis.call('ZCOUNT', times, ARGV[3], '+inf') end
if ARGV[1] ~= '' then
  -- Of those with the time of the place, the first one whose id is less.
  local low, high = redis.call('ZCOUNT', times, '(' .. ARGV[1], '+inf'), redis.call('ZCOUNT', times, ARGV[1], '+inf')
  while low < high do
    local middle = math.floor((low + high) / 2)
    local id = redis.call('ZRANGE', times, middle, middle, 'REV')[1]
    if isLess(id, ARGV[2]) then high = middle else low = middle + 1 end
  end
  from = math.max(from, low)
end
local found = redis.call('ZRANGE', times, from, from + count - 1, 'REV', 'WITHSCORES')
local least = tonumber(ARGV[4])
while #found > 0 and tonumber(found[#found]) < least do
  table.remove(found)
  table.remove(found)
end
return found
`

/**
 * Ids that begin so, in the order of their bytes. KEYS: ids. ARGV: the beginning; the id behind which they are, or nothing; how many at most.
 * Replies with how many begin so, how many there are in all, and the ids.
 */
export const namedScript: string = `#!lua flags=no-writes
local ids, prefix = KEYS[1], ARGV[1]
-- No text has this byte.
local least, most = '[' .. prefix, '[' .. prefix .. '\\255'
local after = ARGV[2] ~= '' and '(' .. ARGV[2] or least
return { redis.call('ZLEXCOUNT', ids, least, most), redis.call('ZCARD', ids),
  redis.call('ZRANGE', ids, after, most, 'BYLEX', 'LIMIT', 0, ARGV[3]) }
`
