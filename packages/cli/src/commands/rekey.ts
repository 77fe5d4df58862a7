import type { EncryptedStore } from '@sessions/encrypted'
import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { filled } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { counted } from '../output/humane.ts'
import { styled } from '../output/styled.ts'
import { readKeys } from '../stores/keys.ts'
import { withProgress } from '../stores/progress.ts'

export const rekey = defineCommand({
  about:
    'Encrypts again under the first of several keys what is under the others, in place and while others read and write. --key names a file of lines `id key`, the new one first; readers need both until it is done. Times and ttl stay.',
  options: {
    ...filterOptions,
    plaintext: { flags: '--plaintext', about: 'also encrypt what is not encrypted yet' },
    fromPython: {
      flags: '--from-python <source>',
      about: 'also take over what the Agents SDK for Python encrypted under this key: env:NAME, file:PATH or prompt',
      parse: filled,
    },
  },
  store: 'write',
  json: '{ sessions: number, items: number }',
  examples: [
    ['sessions rekey -s sqlite:conversations.db --key file:keys', 'under the first key of the file'],
    ['sessions rekey --plaintext -s sqlite:conversations.db --key file:key', 'encrypts what is there'],
  ],
  goOn: 'What was encrypted again is. The same command goes on with what is left; keep all keys until then.',
  async run({ values, out, open, signal }) {
    const filter = filterOf(values)
    const { plaintext, fromPython } = values
    const opened = await open({ encryption: { allowPlaintext: plaintext } })
    if (opened.store === opened.bare)
      throw new Failure('usage', 'Say --key: a file of lines `id key`, the new one first.')
    const store = opened.store as EncryptedStore
    const python = await readKeys(fromPython)
    const result = await withProgress(opened, filter, signal, async (show) => {
      const options = { filter, signal, onProgress: (now: { sessions: number }): void => show({ done: now.sessions }) }
      const from = python === undefined ? {} : { from: { format: 'python', keys: python } as const }
      const taken =
        plaintext || python !== undefined
          ? await store.encryptExisting({ ...options, ...from })
          : { sessions: 0, items: 0 }
      const rotated = await store.rotateKeys(options)
      return { sessions: taken.sessions + rotated.sessions, items: taken.items + rotated.items }
    })
    if (out.json) await out.value(result)
    else
      await out.line(
        styled('green', 'Done: '),
        `${counted(result.items, 'item')} of ${counted(result.sessions, 'session')} encrypted anew.`,
      )
    return undefined
  },
})
