import type { SessionStore } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { chooses, filterOf, filterOptions } from '../command/filter.ts'
import { atLeastOne } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { counted } from '../output/humane.ts'
import { startProgress } from '../output/progress.ts'

export const prune = defineCommand({
  about:
    'Sessions that are written meanwhile stay. What a ttl has ended is cleared from the disk as well. Works in batches, so that others can write.',
  options: {
    ...filterOptions,
    expired: { flags: '--expired', about: 'only what a ttl has ended' },
    limit: { flags: '-n, --limit <n>', about: 'at most so many, the newest of them', parse: atLeastOne },
    dryRun: { flags: '--dry-run', about: 'only say how many would go' },
  },
  store: 'write',
  asks: true,
  json: '{ sessions: number, dryRun: boolean }',
  examples: [
    ['sessions prune --older-than 30d -s sqlite:conversations.db', 'asks first'],
    ['sessions prune --older-than 30d --yes --json', 'for cron'],
  ],
  goOn: 'What was deleted is gone. The same command deletes what is left.',
  async run({ values, out, ask, open, signal }) {
    const { expired, dryRun, limit } = values
    const chosen = filterOf(values)
    if (expired && (chooses(chosen) || limit !== undefined || dryRun)) {
      throw new Failure('usage', '--expired goes with none of the other criteria, and cannot be counted before.')
    }
    if (!expired && !chooses(chosen))
      throw new Failure('usage', 'Say which: --older-than, --prefix, --metadata or --expired.')
    const filter = { ...chosen, ...(limit !== undefined && { limit }) }
    const { store } = await open()
    const count = expired ? undefined : await store.deleteSessions(filter, { dryRun: true, signal })
    if (!dryRun && count !== 0) {
      const what = count === undefined ? 'what has expired' : counted(count, 'session')
      await ask.confirm(`Delete ${what}?`)
    }
    const sessions = dryRun ? (count ?? 0) : await deleteAll(store, expired ? undefined : filter, count, signal)
    if (out.json) await out.value({ sessions, dryRun })
    else await out.line(`${dryRun ? 'Would delete' : 'Deleted'} ${counted(sessions, 'session')}.`)
    return undefined
  },
})

async function deleteAll(
  store: SessionStore,
  filter: Parameters<SessionStore['deleteSessions']>[0] | undefined,
  count: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  const bar = await startProgress('sessions', count)
  const options = { signal, onProgress: ({ done }: { done: number }): void => bar.update(done) }
  try {
    return await (filter === undefined ? store.purgeExpired(options) : store.deleteSessions(filter, options))
  } finally {
    bar.stop()
  }
}
