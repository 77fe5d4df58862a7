import type { SessionInfo } from '@sessions/core'
import { defineCommand } from '../command/command.ts'
import { filterOf, filterOptions } from '../command/filter.ts'
import { atLeastOne, filled } from '../command/parsers.ts'
import { Failure } from '../exit-codes.ts'
import { excerpt } from '../output/fold.ts'
import { countText, timeText } from '../output/humane.ts'
import type { Output } from '../output/output.ts'
import { type Piece, styled } from '../output/styled.ts'
import { printTable } from '../output/table.ts'
import { findSession, infoType, infoValue } from '../stores/sessions.ts'

export const ls = defineCommand({
  options: {
    ...filterOptions,
    limit: {
      flags: '-n, --limit <n>',
      about: 'at most so many; default: 50, and all with --json or --ids',
      parse: atLeastOne,
    },
    after: { flags: '--after <session>', about: 'what comes after this one: the next page', parse: filled },
    ids: { flags: '--ids', about: 'only the ids, one a line' },
  },
  store: 'read',
  pages: true,
  json: infoType,
  examples: [
    ['sessions ls -s sqlite:conversations.db --prefix user_ --older-than 30d', 'of users, and not changed for a month'],
    ['sessions ls --metadata userId=u1 --ids', 'the ids of one user'],
  ],
  async run({ values, out, open, signal }) {
    const filter = filterOf(values)
    const opened = await open()
    const limit = values.limit ?? (out.json || values.ids ? undefined : 50)
    const after = values.after === undefined ? undefined : await findSession(opened, values.after)
    const wanted = {
      ...filter,
      ...(limit !== undefined && { limit }),
      ...(after !== undefined && { after: { updatedAt: after.updatedAt, sessionId: after.sessionId } }),
    }
    await out.paged()
    const infos = opened.store.listSessions(wanted, { signal })
    if (out.json) for await (const info of infos) await out.value(infoValue(info))
    else if (values.ids) for await (const { sessionId } of infos) await printId(out, sessionId)
    else await printInfos(out, infos, limit)
    return undefined
  },
})

async function printInfos(out: Output, infos: AsyncIterable<SessionInfo>, limit: number | undefined): Promise<void> {
  const rows: Piece[][] = []
  for await (const info of infos) {
    const metadata = excerpt(JSON.stringify(info.metadata ?? {}), 60)
    rows.push([
      styled('cyan', info.sessionId),
      timeText(info.updatedAt),
      timeText(info.createdAt),
      countText(info.itemCount),
      info.expiresAt === undefined ? '' : timeText(info.expiresAt),
      styled('dim', info.metadata === undefined ? '' : `${metadata.text}${metadata.more > 0 ? '…' : ''}`),
    ])
  }
  if (rows.length === 0) return out.note('There is no such session.')
  await printTable(out, ['session', 'changed', 'begun', 'items', 'ends', 'metadata'], rows, [3])
  if (rows.length === limit) out.note('There may be more: -n for a longer list, --after for what follows the last one.')
}

/** For programs as it is. A line that another program takes for two ids would name sessions that nobody meant. */
async function printId(out: Output, sessionId: string): Promise<void> {
  if (out.isTerminal) return await out.line(sessionId)
  if (/[\r\n]/.test(sessionId))
    throw new Failure('refused', 'A session id has a line end, which lines cannot hold: take --json.')
  await out.raw(`${sessionId}\n`)
}
