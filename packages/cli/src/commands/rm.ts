import type { SessionInfo } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { Failure } from '../exit-codes.ts'
import { counted } from '../output/humane.ts'
import { findSession } from '../stores/sessions.ts'

export const rm = defineCommand({
  about: 'With their items, metadata and operation ids: nothing is left of them.',
  words: [['<session...>', 'their ids']],
  options: {
    dryRun: { flags: '--dry-run', about: 'only say what would go' },
    force: { flags: '-f, --force', about: 'those that are not there are no mistake' },
  },
  store: 'write',
  asks: true,
  json: '{ sessions: number, items: number, dryRun: boolean }',
  examples: [
    ['sessions rm user_123 -s sqlite:conversations.db', 'asks first'],
    ["sessions ls -m userId=u1 --ids | xargs -d '\\n' sessions rm --yes", 'everything of one user'],
  ],
  goOn: 'The same command with --force deletes those that are left.',
  async run({ words, values: { dryRun, force }, out, ask, open, signal }) {
    const opened = await open()
    const found: SessionInfo[] = []
    for (const sessionId of new Set(words)) {
      try {
        found.push(await findSession(opened, sessionId))
      } catch (error) {
        if (!force || !(error instanceof Failure) || error.outcome !== 'missing') throw error
      }
    }
    let items = found.reduce((sum, { itemCount }) => sum + itemCount, 0)
    let sessions = found.length
    if (!dryRun && sessions > 0) {
      await ask.confirm(`Delete ${counted(sessions, 'session')} with ${counted(items, 'item')}?`)
      sessions = 0
      for (const { sessionId, itemCount } of found) {
        signal.throwIfAborted()
        if (await opened.store.deleteSession(sessionId)) sessions++
        else items -= itemCount
      }
    }
    if (out.json) await out.value({ sessions, items, dryRun })
    else
      await out.line(
        `${dryRun ? 'Would delete' : 'Deleted'} ${counted(sessions, 'session')}, ${counted(items, 'item')}.`,
      )
    return undefined
  },
})
