/**
 * Gives a session that an earlier version of this package stored under other keys those of today, if they are free. KEYS: the
 * hash and list of today, those of before. ARGV: the session id. Replies with 1 where it was done.
 */
export const adoptScript: string = `#!lua flags=allow-oom
if redis.call('TYPE', KEYS[3]).ok ~= 'hash' or redis.call('HGET', KEYS[3], 'session_id') ~= ARGV[1] then return 0 end
if redis.call('TYPE', KEYS[1]).ok ~= 'none' or redis.call('TYPE', KEYS[2]).ok ~= 'none' then return 0 end
redis.call('RENAME', KEYS[3], KEYS[1])
if redis.call('TYPE', KEYS[4]).ok == 'list' then redis.call('RENAME', KEYS[4], KEYS[2]) end
return 1
`
