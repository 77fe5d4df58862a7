import type { JSONValue } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { filled, pair } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { styled } from '../output/styled.ts'
import { findSession, infoType, infoValue } from '../stores/sessions.ts'

export const metadata = defineCommand({
  about: 'Keys that are not named stay as they are. One atomic write, also while others change other keys.',
  words: [['<session>', 'its id']],
  options: {
    set: {
      flags: '--set <key=value>',
      about: 'a text, a number, true or false; may be given again',
      parse: pair,
      many: true,
    },
    merge: { flags: '--merge <json>', about: 'an object: any keys and values', parse: jsonObject, default: {} },
    unset: { flags: '--unset <key>', about: 'removes it; may be given again', parse: filled, many: true },
  },
  store: 'write',
  json: infoType,
  examples: [
    ['sessions metadata user_123 --set plan=pro --unset trial -s sqlite:conversations.db', 'one key set, one removed'],
    ['sessions metadata user_123 --merge \'{"tags":["vip","eu"]}\'', 'a list'],
  ],
  async run({ words: [sessionId = ''], values: { set = [], merge, unset = [] }, out, open }) {
    const patch = [...set, ...Object.entries(merge), ...unset.map((key) => [key, undefined] as const)]
    if (patch.length === 0) throw new Failure('usage', 'Say what to change: --set, --merge or --unset.')
    const keys = patch.map(([key]) => key)
    const repeated = keys.find((key, index) => keys.indexOf(key) !== index)
    if (repeated !== undefined) throw new Failure('usage', `The key ${repeated} is named twice.`)
    const opened = await open()
    await findSession(opened, sessionId)
    await opened.store.session(sessionId).setMetadata(Object.fromEntries(patch))
    const info = await findSession(opened, sessionId)
    if (out.json) await out.value(infoValue(info))
    else await out.line(styled('cyan', sessionId), `  ${JSON.stringify(info.metadata ?? {})}`)
    return undefined
  },
})

/** @throws Failure for what is no object */
function jsonObject(given: string): Readonly<Record<string, JSONValue>> {
  try {
    const value: unknown = JSON.parse(given)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, JSONValue>
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Failure('usage', 'It must be an object, as JSON.')
}
