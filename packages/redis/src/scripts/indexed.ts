import { type Script, script, scripts } from './script.ts'
import { tellPrelude, timePrelude } from './tell-index.ts'

/** Of which sessions each script that writes has to tell, once it is done: in Lua, with its KEYS and ARGV. */
const tells = new Map<Script, string>([
  ...[scripts.commit, scripts.drop, scripts.erase, scripts.maintain, scripts.restore].map(
    (script): [Script, string] => [script, 'tellIndex(times, ids, KEYS[1], KEYS[2], ARGV[1], known)'],
  ),
  [scripts.fork, 'tellIndex(times, ids, KEYS[3], KEYS[4], ARGV[2])'],
  [
    scripts.appends,
    `local at = 2
for i = 1, #KEYS, 2 do
  -- One whose keys hold something else was refused.
  pcall(tellIndex, times, ids, KEYS[i], KEYS[i + 1], ARGV[at], known[i])
  at = at + 2 + ARGV[at + 1]
end`,
  ],
])

const made = new Map<Script, { kept: Script; told: Script }>()

/**
 * A script that writes sessions, in two forms for an index: `kept` does the same and keeps the index within the same step, whose keys
 * come after its own; `told` replies with its reply and with what the index is to say, for an index on another server. `undefined` for a
 * script that writes no session.
 */
export function indexed(script: Script): { kept: Script; told: Script } | undefined {
  const tell = tells.get(script)
  if (tell === undefined) return undefined
  const found = made.get(script) ?? { kept: keeping(script, tell), told: telling(script) }
  made.set(script, found)
  return found
}

function keeping({ text }: Script, tell: string): Script {
  return around(
    text,
    `
local ids = table.remove(KEYS)
local times = table.remove(KEYS)
local reply, known = work(KEYS, ARGV)
${tellPrelude}
${tell}
return reply`,
  )
}

function telling({ text }: Script): Script {
  return around(
    text,
    `
local reply, known = work(KEYS, ARGV)
if type(reply) == 'table' and reply.err then return reply end
${timePrelude}
return { reply, known or timeOf(KEYS[1], KEYS[2], ARGV[1]) or '' }`,
  )
}

/** The first line, which says how Redis is to run it, stays the first. */
function around(text: string, rest: string): Script {
  const end = text.indexOf('\n')
  return script(`${text.slice(0, end)}\nlocal function work(KEYS, ARGV)${text.slice(end)}\nend\n${rest}\n`)
}
