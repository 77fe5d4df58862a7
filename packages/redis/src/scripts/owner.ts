/** The id of the session whose hash a key is. KEYS: the key. Replies with nothing where it is no hash, or says none. */
export const ownerScript: string = `
local owner = redis.pcall('HGET', KEYS[1], 'session_id')
return type(owner) == 'string' and owner
`
