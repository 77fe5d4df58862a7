import { sessionPrelude } from './session.ts'

/**
 * Some records from a position on. KEYS: hash, list. ARGV: the session id; how many; whether digests are wanted; and to go on, the
 * position, the generation, and the mark of the record before it. Replies with the generation, the mark of the last record, the
 * number of records that follow, the records, and their SHA-1 digests where wanted; with nothing where what was read before is no
 * longer there. A generation is told by our own writes, a mark also where Python removed records and wrote others.
 */
export const pageScript: string = `${sessionPrelude}
local function mark(record)
  return redis.sha1hex(#record .. ' ' .. string.sub(record, 1, 512) .. string.sub(record, -512))
end

local hash, size, from = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[4] or '0')
local id, lastText, state = unpack(redis.call('HMGET', hash, 'session_id', 'js:last', 'js:state'))
if id and id ~= ARGV[1] then return foreign() end
local list, length = findList(KEYS, id, readLast(lastText))
if not length then return moving() end
local _, generation = readState(state)
generation = string.format('%.0f', generation or 0)
if length == 0 then
  if from > 0 then return false end
  return { generation, '', 0, {}, {} }
end
if from > 0 then
  local before = redis.call('LINDEX', list, from - 1)
  if generation ~= ARGV[5] or not before or mark(before) ~= ARGV[6] then return false end
end
local records = redis.call('LRANGE', list, from, from + size - 1)
local last = records[#records]
local digests = {}
if ARGV[3] == '1' then
  for i, record in ipairs(records) do digests[i] = redis.sha1hex(record) end
end
return { generation, last and mark(last) or '', length - from - #records, records, digests }
`
