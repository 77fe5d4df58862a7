/**
 * The row of a session's lease: a string `version`, `token`, `until`, `waiting`, a line each, the token empty where nobody holds. It ends
 * by itself a minute after the lease: nobody waits in it any more then.
 */
export const leasePrelude: string = `
local function readLease(text)
  local version, token, ends, waiting = string.match(text or '', '^([^\\n]+)\\n([^\\n]*)\\n(%d+)\\n(.*)$')
  return version and { version = version, token = token, ends = tonumber(ends), waiting = waiting } or nil
end

local function holdsLease(text, token, now)
  local row = readLease(text)
  return row ~= nil and row.token == token and row.ends > now
end
`

/**
 * One step on the row. KEYS: the lease. ARGV: nothing for a look; else the version that must be there, empty for none, and, if the row is not
 * to be removed: its version, its token, `until` or `for`, that many milliseconds, and who waits. Replies with whether it was done,
 * also where a repetition finds it done, and the row: version, token, end, who waits, and the time.
 */
export const leaseScript: string = `#!lua flags=allow-oom
${leasePrelude}
local key = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local row = readLease(redis.call('GET', key))
local version = row and row.version or ''
local swapped = 0
if #ARGV > 0 and version == ARGV[1] then
  swapped = 1
  if #ARGV == 1 then
    redis.call('UNLINK', key)
    row = nil
  else
    local ends = tonumber(ARGV[5]) + (ARGV[4] == 'for' and now or 0)
    row = { version = ARGV[2], token = ARGV[3], ends = ends, waiting = ARGV[6] }
    local text = table.concat({ row.version, row.token, string.format('%.0f', ends), row.waiting }, '\\n')
    redis.call('SET', key, text, 'PXAT', string.format('%.0f', math.max(ends, now) + 60000))
  end
elseif #ARGV > 1 and version == ARGV[2] then
  swapped = 1
end
row = row or { version = '', token = '', ends = 0, waiting = '' }
return { swapped, row.version, row.token, string.format('%.0f', row.ends), row.waiting, string.format('%.0f', now) }
`
