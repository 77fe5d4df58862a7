/**
 * The newest records of a session that lives longer by being read. KEYS: hash, list, and the others. ARGV: the position from
 * which on, negative from the end.
 */
export const readScript: string = `
local ttl = string.match(redis.call('HGET', KEYS[1], 'js:last') or '', '%d+$')
local records = redis.call('LRANGE', KEYS[2], ARGV[1], -1)
if ttl and ttl ~= '0' then
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ttl
  for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ends, 'GT') end
end
return records
`
