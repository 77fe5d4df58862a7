import { stepsPrelude } from './steps.ts'

/**
 * The ids of entries: `{epoch}.{sequence}`. The epoch is drawn when somebody first looks at the entries of a session; before that, none
 * has an id, and nothing is kept. The sequence is the position in the list and how many entries went before it since then: these are
 * the steps `js:gap:{k}`. So what is appended costs nothing, and only what is removed is written down.
 *
 * `js:ids` is `epoch gaps seen marks`: how many steps there are; how many entries there were when ids were last given out; and marks
 * of the newest of those, newest first, ten digits each. Python knows nothing of it: where fewer entries are there than were seen, or
 * another one than marked, it removed some. Which ones, a mark may say; else the ids end, and the next look draws another epoch.
 *
 * `js:times` is how many steps `js:time:{k}` there are: when entries were made, in milliseconds, 0 where nobody knows.
 */
export const entryIdsPrelude: string = `${stepsPrelude}
local markDigits, marksKept = 10, 4

local function markOf(record)
  return string.sub(redis.sha1hex(#record .. ' ' .. string.sub(record, 1, 512) .. string.sub(record, -512)), 1, markDigits)
end

local function readTimes(hash, text)
  return stepsOf(hash, 'time', tonumber(string.match(text or '', '^%d+$') or '0'))
end

local function saveTimes(times)
  saveSteps(times)
  if times.count > 0 then redis.call('HSET', times.hash, 'js:times', string.format('%.0f', times.count))
  else redis.call('HDEL', times.hash, 'js:times') end
end

local function readIds(hash, text)
  local epoch, gaps, seen, marks = string.match(text or '', '^(%w+) (%d+) (%d+) (%x*)$')
  return epoch and { epoch = epoch, gaps = stepsOf(hash, 'gap', tonumber(gaps)), seen = tonumber(seen), marks = marks }
end

local function newIds(hash, epoch)
  return { epoch = epoch, gaps = stepsOf(hash, 'gap', 0), seen = 0, marks = '' }
end

-- A list without a hash is no session that anything could be written down for: its ids only count.
local function unwrittenIds()
  return newIds(nil, '0')
end

-- Of so many entries only the first ones are left: what comes next counts on behind those that went.
local function cutIds(ids, length, kept)
  local _, offset = stepAt(ids.gaps, ids.gaps.count)
  setFrom(ids.gaps, kept, length + offset - kept)
  ids.seen, ids.isCut = math.min(ids.seen, kept), true
end

-- Of the newest of so many entries.
local function marksOf(list, count)
  local marks = {}
  local records = count > 0 and redis.call('LRANGE', list, math.max(count - marksKept, 0), count - 1) or {}
  for i = #records, 1, -1 do marks[#marks + 1] = markOf(records[i]) end
  return table.concat(marks)
end

-- The ids, if what has one is still there as far as that can be seen; otherwise nothing.
local function heldIds(ids, list, length)
  local newest = math.min(length, ids.seen)
  local marks = string.sub(ids.marks, (ids.seen - newest) * markDigits + 1)
  if newest > 0 and (marks == '' or string.sub(marksOf(list, newest), 1, #marks) ~= marks) then return nil end
  if length < ids.seen then cutIds(ids, ids.seen, length) end
  return ids
end

local function saveIds(hash, ids, list)
  saveSteps(ids.gaps)
  redis.call('HSET', hash, 'js:ids',
    string.format('%s %.0f %.0f ', ids.epoch, ids.gaps.count, ids.seen) .. marksOf(list, ids.seen))
end

local function forgetSteps(steps)
  steps.count = 0
  saveSteps(steps)
end

local function forgetIds(hash, ids)
  redis.call('HDEL', hash, 'js:ids')
  if ids then forgetSteps(ids.gaps) end
end

local function idAt(ids, index)
  return ids.epoch .. '.' .. string.format('%.0f', index + valueAt(ids.gaps, index))
end

-- Where the entry with this id stands; nothing where there is none.
local function indexOf(ids, id, length)
  local epoch, text = string.match(id, '^(%w+)%.(%d+)$')
  local sequence = tonumber(text)
  if not ids or epoch ~= ids.epoch or #text > 15 or string.format('%.0f', sequence) ~= text then return nil end
  local k = lastStep(ids.gaps, function(position, offset) return position + offset <= sequence end)
  local _, offset = stepAt(ids.gaps, k)
  local ends = k < ids.gaps.count and math.min(stepAt(ids.gaps, k + 1), length) or length
  local index = sequence - offset
  return index < ends and index or nil
end
`
