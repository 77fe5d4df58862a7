import type { Entry } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { atLeastOne, filled } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { counted } from '../output/humane.ts'
import type { OpenStore } from '../stores/open-store.ts'
import { findSession } from '../stores/sessions.ts'

export const rewind = defineCommand({
  about: 'Removes the newest turns, or an entry and all that follows it: also what others add before you confirm.',
  words: [['<session>', 'its id']],
  options: {
    turns: {
      flags: '--turns <n>',
      about: 'the newest so many turns: a user message and all that answers it',
      parse: atLeastOne,
    },
    to: { flags: '--to <entry>', about: 'this entry and what follows, as `show` names it after #', parse: filled },
    dryRun: { flags: '--dry-run', about: 'only say what would go' },
  },
  store: 'write',
  asks: true,
  json: '{ removed: object[], dryRun: boolean }, with the items, oldest first',
  examples: [
    ['sessions rewind user_123 --turns 1 -s sqlite:conversations.db', 'asks first'],
    ['sessions rewind user_123 --to 17 --yes --json > removed.json', 'keeps what it removes'],
  ],
  async run({ words: [sessionId = ''], values: { turns, to, dryRun }, out, ask, open, signal }) {
    if ((turns === undefined) === (to === undefined)) throw new Failure('usage', 'Take --turns or --to.')
    const opened = await open()
    await findSession(opened, sessionId)
    const entries = await (to === undefined
      ? newestTurns(opened, sessionId, turns ?? 1)
      : entriesFrom(opened, sessionId, to, signal))
    const [first] = entries
    let removed = entries.map(({ item }) => item)
    if (!dryRun && first !== undefined) {
      await ask.confirm(`Remove ${counted(removed.length, 'item')}?`)
      // By the entry: turns that came meanwhile are not counted.
      removed = await opened.store.session(sessionId).rewind({ entry: first.id })
    }
    if (out.json) await out.value({ removed, dryRun })
    else await out.line(`${dryRun ? 'Would remove' : 'Removed'} ${counted(removed.length, 'item')}.`)
    return undefined
  },
})

async function newestTurns({ store }: OpenStore, sessionId: string, limit: number): Promise<Entry[]> {
  const turns = await store.session(sessionId).turns({ limit })
  return turns.flatMap(({ entries }) => entries)
}

/** Back from the newest to the one that is named. */
async function entriesFrom({ store }: OpenStore, sessionId: string, id: string, signal: AbortSignal): Promise<Entry[]> {
  const session = store.session(sessionId)
  let entries: Entry[] = []
  let before: string | undefined
  do {
    signal.throwIfAborted()
    const page = await session.page({ limit: 500, ...(before !== undefined && { before }) })
    entries = [...page.entries, ...entries]
    const start = page.entries.findIndex((entry) => entry.id === id)
    if (start >= 0) return entries.slice(start)
    before = page.older
  } while (before !== undefined)
  throw new Failure('missing', `There is no entry ${id} in the session. Nothing was changed.`)
}
