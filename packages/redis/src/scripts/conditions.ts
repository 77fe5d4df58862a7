/**
 * What a change asks for beyond the operation and the expected records. `wanted`: whether it creates; the token of its lease; the id of
 * the newest entry, empty for none; the metadata as they must be stored, empty for none. `found`: what is there.
 */
export const conditionsPrelude: string = `
local function leaseKey(keys, wanted)
  if not wanted.lease then return nil end
  -- Where the slot is just moving, a call names the hash alone.
  return #keys > 1 and keys[#keys] or nil
end

-- The status with which the change is refused; nothing where it is not.
local function refusal(keys, wanted, now, found)
  if wanted.lease then
    local key = leaseKey(keys, wanted)
    local text = redis.pcall('GET', key or 'js:lease:' .. found.hash)
    if not key and type(text) ~= 'string' then return moving() end
    if type(text) == 'table' then return text end
    if not holdsLease(text or '', wanted.lease, now) then return 'lost' end
  end
  if wanted.creates and (found.exists or found.length > 0) then return 'exists' end
  if wanted.newest then
    local index = wanted.newest ~= '' and indexOf(found.ids, wanted.newest, found.length) or nil
    local isNewest = wanted.newest == '' and found.length == 0 or index ~= nil and index == found.length - 1
    if not isNewest then return 'conflict' end
  end
  if wanted.metadata then
    local metadata = found.exists and redis.call('HGET', found.hash, 'js:metadata') or ''
    if metadata ~= wanted.metadata then return 'conflict' end
  end
end
`
