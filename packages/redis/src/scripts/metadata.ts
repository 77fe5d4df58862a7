/** The metadata of a session, `js:metadata`: keys and values take turns, each a JSON text in a line of its own. */
export const metadataPrelude: string = String.raw`
-- Nothing for a text that is none of ours.
local function readMetadata(text)
  local metadata, known = { keys = {}, values = {} }, 0
  for key, value in string.gmatch(text or '', '([^\n]*)\n([^\n]*)\n') do
    metadata.keys[#metadata.keys + 1], metadata.values[key] = key, value
    known = known + #key + #value + 2
  end
  if known == #(text or '') then return metadata end
end

local function corruptMetadata()
  return redis.error_reply('CORRUPT The metadata are not as they were written')
end

-- So many keys and values from a place on; an empty value removes a key.
local function patchMetadata(metadata, texts, at, count)
  for i = at, at + 2 * count - 1, 2 do
    if not metadata.values[texts[i]] then metadata.keys[#metadata.keys + 1] = texts[i] end
    metadata.values[texts[i]] = texts[i + 1]
  end
end

local function writeMetadata(hash, metadata)
  local lines = {}
  for _, key in ipairs(metadata.keys) do
    if metadata.values[key] ~= '' then lines[#lines + 1] = key .. '\n' .. metadata.values[key] .. '\n' end
  end
  if #lines > 0 then redis.call('HSET', hash, 'js:metadata', table.concat(lines))
  else redis.call('HDEL', hash, 'js:metadata') end
end
`
