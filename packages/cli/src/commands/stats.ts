import type { SessionInfo } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { bytesText, counted, countText, timeText } from '../output/humane.ts'
import type { Output } from '../output/output.ts'
import { type Piece, styled } from '../output/styled.ts'
import { printTable } from '../output/table.ts'
import type { OpenStore } from '../stores/open-store.ts'
import { withProgress } from '../stores/progress.ts'

const day = 86_400_000
/** Of how long ago the last change was: the first that is no shorter. */
const ages = [
  ['1 hour', day / 24],
  ['1 day', day],
  ['7 days', 7 * day],
  ['30 days', 30 * day],
  ['90 days', 90 * day],
  ['1 year', 365 * day],
  ['longer', Number.POSITIVE_INFINITY],
] as const

interface Sums {
  sessions: number
  items: number
  bytes?: number
}

interface Stats extends Sums {
  oldest?: Date
  newest?: Date
  largest?: { sessionId: string; items: number }
  ages: ({ within: string } & Sums)[]
}

export const stats = defineCommand({
  about: 'Sessions by how long ago they were changed. --bytes reads every record, as it is stored.',
  options: {
    ...filterOptions,
    bytes: { flags: '--bytes', about: 'also how large they are' },
  },
  store: 'read',
  json: '{ sessions: number, items: number, bytes?: number, oldest?: string, newest?: string, largest?: { sessionId: string, items: number }, ages: { within: string, sessions: number, items: number, bytes?: number }[] }',
  examples: [['sessions stats -s sqlite:conversations.db --bytes', 'what there is, and what pruning would gain']],
  async run({ values, out, open, signal }) {
    const filter = filterOf(values)
    const opened = await open()
    const sums = emptyStats(values.bytes)
    const now = Date.now()
    await withProgress(opened, filter, signal, async (onProgress) => {
      for await (const info of opened.store.listSessions(filter, { signal })) {
        add(sums, info, now, values.bytes ? await bytesOf(opened, info.sessionId, signal) : undefined)
        onProgress({ done: sums.sessions })
      }
    })
    if (out.json) await out.value(sums)
    else await printStats(out, sums)
    return undefined
  },
})

function emptyStats(bytes: boolean): Stats {
  const none = (): Sums => ({ sessions: 0, items: 0, ...(bytes && { bytes: 0 }) })
  return { ...none(), ages: ages.map(([within]) => ({ within, ...none() })) }
}

function add(stats: Stats, info: SessionInfo, now: number, bytes: number | undefined): void {
  const { sessionId, createdAt, updatedAt, itemCount } = info
  const index = ages.findIndex(([, limit]) => now - updatedAt.getTime() <= limit)
  for (const sums of [stats, stats.ages[index] as Sums]) {
    sums.sessions++
    sums.items += itemCount
    if (bytes !== undefined) sums.bytes = (sums.bytes ?? 0) + bytes
  }
  if (stats.oldest === undefined || createdAt < stats.oldest) stats.oldest = createdAt
  if (stats.newest === undefined || updatedAt > stats.newest) stats.newest = updatedAt
  if (itemCount > (stats.largest?.items ?? -1)) stats.largest = { sessionId, items: itemCount }
}

async function bytesOf({ bare }: OpenStore, sessionId: string, signal: AbortSignal): Promise<number> {
  let bytes = 0
  for await (const records of bare.records.pages(sessionId, 500)) {
    signal.throwIfAborted()
    for (const record of records) bytes += Buffer.byteLength(record)
  }
  return bytes
}

async function printStats(out: Output, { oldest, newest, largest, ...stats }: Stats): Promise<void> {
  const { sessions, items, bytes } = stats
  const size = bytes === undefined ? '' : `, ${bytesText(bytes)}`
  await out.line(styled('bold', `${counted(sessions, 'session')}, ${counted(items, 'item')}${size}`))
  if (oldest === undefined || newest === undefined || largest === undefined) return
  await out.line(`begun since ${timeText(oldest)}, changed last ${timeText(newest)}`)
  await out.line(`largest: ${counted(largest.items, 'item')} in `, styled('cyan', largest.sessionId))
  await out.line()
  const most = Math.max(...stats.ages.map((age) => age.sessions))
  const width = Math.max(10, Math.min(40, out.columns - 50))
  const rows = stats.ages.map((age): Piece[] => [
    age.within,
    countText(age.sessions),
    countText(age.items),
    ...(age.bytes === undefined ? [] : [bytesText(age.bytes)]),
    styled('cyan', '█'.repeat(Math.ceil((age.sessions * width) / most))),
  ])
  const head = ['changed within', 'sessions', 'items', ...(bytes === undefined ? [] : ['bytes']), '']
  await printTable(out, head, rows, bytes === undefined ? [1, 2] : [1, 2, 3])
}
