/**
 * Step functions over the positions of a session's list, such as how many entries went before one, or when one was made. A field
 * `js:{name}:{k}` of the hash is `position value`: from there on the value is that, up to the next step; before the first it is 0. What
 * happens at the end of the list concerns the last steps only, and a position is found by halving.
 */
export const stepsPrelude: string = `
-- How many of them there are, something else says.
local function stepsOf(hash, name, count)
  return { hash = hash, field = 'js:' .. name .. ':', count = count, stored = count, known = {}, changed = {} }
end

local function readStep(text)
  local position, value = string.match(text or '', '^(%d+) (%d+)$')
  if not position then error(redis.error_reply('BROKEN A step of the session is not as it was written')) end
  return { tonumber(position), tonumber(value) }
end

local function stepAt(steps, k)
  if k == 0 then return 0, 0 end
  local step = steps.known[k]
  if not step then
    step = readStep(redis.call('HGET', steps.hash, steps.field .. string.format('%.0f', k)))
    steps.known[k] = step
  end
  return step[1], step[2]
end

-- The last step for which it holds, of steps of which it holds for the first ones only; 0 where for none.
local function lastStep(steps, holds)
  local low, high = 0, steps.count
  if high > 0 and holds(stepAt(steps, high)) then return high end
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    if holds(stepAt(steps, middle)) then low = middle else high = middle end
  end
  return low
end

local function stepFor(steps, position)
  return lastStep(steps, function(from) return from <= position end)
end

local function valueAt(steps, position)
  local _, value = stepAt(steps, stepFor(steps, position))
  return value
end

-- From a position on, the value is that.
local function setFrom(steps, position, value)
  local count = lastStep(steps, function(from) return from < position end)
  local _, before = stepAt(steps, count)
  steps.count = count
  if before == value then return end
  steps.count = count + 1
  steps.known[count + 1], steps.changed[count + 1] = { position, value }, true
end

-- The entries at these positions, ascending, go. With a growth of 1, each adds that to the value of all that follow.
local function removeFromSteps(steps, removed, growth)
  local kept = lastStep(steps, function(from) return from < removed[1] end)
  local moved = {}
  for k = kept + 1, steps.count do moved[#moved + 1] = { stepAt(steps, k) } end
  local _, value = stepAt(steps, kept)
  local i, k, gone = 1, 1, 0
  while i <= #removed or k <= #moved do
    local step, position = moved[k], removed[i]
    if step and (not position or step[1] <= position) then
      value, k = step[2], k + 1
      setFrom(steps, step[1] - gone, value + gone * growth)
    else
      gone, i = gone + 1, i + 1
      setFrom(steps, position - gone + 1, value + gone * growth)
    end
  end
end

-- In portions: a call takes only so many arguments.
local function portions(first, last, work)
  for from = first, last, 1000 do work(from, math.min(from + 999, last)) end
end

local function stepFields(steps, first, last)
  local fields = {}
  for k = first, last do fields[#fields + 1] = steps.field .. string.format('%.0f', k) end
  return fields
end

local function saveSteps(steps)
  local ks = {}
  for k in pairs(steps.changed) do if k <= steps.count then ks[#ks + 1] = k end end
  portions(1, #ks, function(first, last)
    local pairsOf = {}
    for i = first, last do
      local position, value = stepAt(steps, ks[i])
      pairsOf[#pairsOf + 1] = steps.field .. string.format('%.0f', ks[i])
      pairsOf[#pairsOf + 1] = string.format('%.0f %.0f', position, value)
    end
    redis.call('HSET', steps.hash, unpack(pairsOf))
  end)
  portions(steps.count + 1, steps.stored, function(first, last)
    redis.call('HDEL', steps.hash, unpack(stepFields(steps, first, last)))
  end)
  steps.stored, steps.changed = steps.count, {}
end

-- All of them, as those of another hash; nothing is written yet.
local function copySteps(steps, hash)
  portions(1, steps.count, function(first, last)
    for i, text in ipairs(redis.call('HMGET', steps.hash, unpack(stepFields(steps, first, last)))) do
      local k = first + i - 1
      steps.known[k], steps.changed[k] = steps.known[k] or readStep(text), true
    end
  end)
  steps.hash, steps.stored = hash, 0
end

-- Position and value of the steps that say what is from one position to before another, flat.
local function stepsBetween(steps, from, to)
  if from >= to then return {} end
  local k = stepFor(steps, from)
  local _, value = stepAt(steps, k)
  local flat = { from, value }
  for next = k + 1, steps.count do
    local position, other = stepAt(steps, next)
    if position >= to then break end
    flat[#flat + 1], flat[#flat + 2] = position, other
  end
  return flat
end
`
