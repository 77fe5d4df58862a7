import { rememberedPrelude } from './remembered.ts'

/**
 * Forgets ids whose time is over. KEYS: the hash. ARGV: how many of each kind at most. Replies with how many there were of the kind
 * that had more.
 */
export const forgetScript: string = `#!lua flags=allow-oom
${rememberedPrelude}
local time = redis.call('TIME')
local now, most = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[1])
return math.max(forget(KEYS[1], 'operation', now, most), forget(KEYS[1], 'attempt', now, most))
`
