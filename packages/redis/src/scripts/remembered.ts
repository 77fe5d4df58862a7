/**
 * Ids that a session remembers until a time: of operations, and of attempts. Each is a field of the hash, so that it is found at
 * once and goes with the session; a queue of further fields says which of them end, oldest first. So remembering one costs the
 * same however many there are, and a few whose time is over are forgotten with each.
 *
 * Of the kind `operation`: `js:operation:{id}` is what is remembered, `js:operations:{n}` is `ends id`, and `js:operations` is
 * `first next`, the ends of the queue.
 */
export const rememberedPrelude: string = `
local function queueOf(hash, kind, now)
  local first, next = string.match(redis.call('HGET', hash, 'js:' .. kind .. 's') or '', '^(%d+) (%d+)$')
  first, next = tonumber(first), tonumber(next)
  -- Where the text is broken, a new queue begins where no number was used before.
  if not first or next > 2^53 or first > next then return now, now end
  return first, next
end

local function setQueue(hash, kind, first, next)
  redis.call('HSET', hash, 'js:' .. kind .. 's', string.format('%.0f %.0f', first, next))
end

local function forget(hash, kind, now, most)
  local first, next = queueOf(hash, kind, now)
  local fields, from = {}, first
  while first < next and first - from < most do
    local field = string.format('js:%ss:%.0f', kind, first)
    local ends, id = string.match(redis.call('HGET', hash, field) or '', '^(%d+) (.*)$')
    if ends and tonumber(ends) > now then break end
    fields[#fields + 1] = field
    if id then fields[#fields + 1] = 'js:' .. kind .. ':' .. id end
    first = first + 1
  end
  if #fields == 0 then return 0 end
  redis.call('HDEL', hash, unpack(fields))
  setQueue(hash, kind, first, next)
  return first - from
end

-- All of a kind, in portions: a call takes only so many arguments.
local function forgetAll(hash, kind)
  local fields = {}
  for _, field in ipairs(redis.call('HKEYS', hash)) do
    if string.find(field, 'js:' .. kind .. 's', 1, true) == 1 or string.find(field, 'js:' .. kind .. ':', 1, true) == 1 then
      fields[#fields + 1] = field
    end
  end
  for first = 1, #fields, 4000 do redis.call('HDEL', hash, unpack(fields, first, math.min(first + 3999, #fields))) end
end

local function remember(hash, kind, id, value, now, ends)
  local first, next = queueOf(hash, kind, now)
  redis.call('HSET', hash, 'js:' .. kind .. ':' .. id, value,
    string.format('js:%ss:%.0f', kind, next), string.format('%.0f ', ends) .. id)
  setQueue(hash, kind, first, next + 1)
end
`
