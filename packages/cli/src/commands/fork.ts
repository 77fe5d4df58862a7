import { defineCommand } from '../command/command.ts'
import { filled, pair } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { counted } from '../output/humane.ts'
import { styled } from '../output/styled.ts'
import { findSession, infoType, infoValue } from '../stores/sessions.ts'

export const fork = defineCommand({
  about: 'The new session has the history of the other as it is at one instant; both go on by themselves.',
  words: [
    ['<session>', 'the id of one'],
    ['<new>', 'the id of the new one'],
  ],
  options: {
    upTo: { flags: '--up-to <entry>', about: 'the last entry to take, as `show` names it after #', parse: filled },
    metadata: {
      flags: '-m, --metadata <key=value>',
      about: 'over that of the other; may be given again',
      parse: pair,
      many: true,
    },
  },
  store: 'write',
  json: infoType,
  examples: [['sessions fork user_123 user_123-retry --up-to 17 -s sqlite:conversations.db', 'to try another answer']],
  async run({ words: [from = '', to = ''], values: { upTo, metadata = [] }, out, open }) {
    const opened = await open()
    await findSession(opened, from)
    const options = { ...(upTo !== undefined && { upTo }), metadata: Object.fromEntries(metadata) }
    try {
      const info = await opened.store.forkSession(from, to, options)
      if (out.json) await out.value(infoValue(info))
      else await out.line(styled('cyan', info.sessionId), `  ${counted(info.itemCount, 'item')}`)
    } catch (error) {
      if (error instanceof TypeError) throw new Failure('usage', error.message, { cause: error })
      if ((error as { code?: unknown }).code !== 'SESSION_CONFLICT') throw error
      throw new Failure('missing', 'There is no such session or entry to fork. Nothing was changed.', { cause: error })
    }
    return undefined
  },
})
