import { describe } from '../call/describe.ts'
import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertId, assertOptions } from '../call/validate.ts'
import type { RecordStore } from '../store/record-store.ts'
import { checkFilter, type SessionFilter, type SessionInfo } from '../store/session-filter.ts'
import { assertStore, eachAsCallers } from './arguments.ts'
import { digestOf } from './digest.ts'
import { beginLine, endLine, footerLine, headerLine, recordLine } from './export-format.ts'
import { readWhole, type WholeSession } from './whole-session.ts'

/** Which sessions. */
export interface ExportOptions extends LongCallOptions {
  /** Default: all. Not beside `sessionIds`. */
  filter?: SessionFilter
  /** Those of these ids, in this order, each once; one that is not there is passed over. */
  sessionIds?: readonly string[]
}

/**
 * The sessions of a store as lines of a file, each with its newline, for `importSessions`: JSON Lines with a header, a SHA-256 for each
 * session, and a last line that tells a whole file from a truncated one. Each session is as it is at one instant; it is held in memory whole.
 * Of an encrypted store the lines hold what its readers see, in plain text; of the store beneath, envelopes.
 * @throws TypeError or RangeError that names the option, at once
 */
export function exportSessions(store: RecordStore, options: ExportOptions = {}): AsyncIterable<string> {
  assertStore(store, 'store')
  assertOptions('exportSessions', options, { ...longCallTypes, filter: 'object', sessionIds: 'object' })
  const { filter, sessionIds } = options
  if (filter !== undefined && sessionIds !== undefined) throw new TypeError('Take one of filter and sessionIds.')
  const ids = sessionIds && checkIds(sessionIds)
  const checked = checkFilter(filter ?? {})
  return eachAsCallers(linesOfStore(store, () => wanted(store, checked, ids), new LongCall(options)))
}

function checkIds(ids: unknown): ReadonlySet<string> {
  if (!Array.isArray(ids)) throw new TypeError(`sessionIds must be an array of strings, not ${describe(ids)}.`)
  for (const [index, id] of ids.entries()) assertId(id, `sessionIds[${index}]`)
  return new Set(ids)
}

/** What is listed is known already, so that it is asked for once. */
interface Wanted {
  sessionId: string
  info?: SessionInfo
}

async function* wanted(
  store: RecordStore,
  filter: SessionFilter,
  ids: ReadonlySet<string> | undefined,
): AsyncIterable<Wanted> {
  if (ids === undefined) {
    for await (const info of store.listSessions(filter, { latest: true })) yield { sessionId: info.sessionId, info }
    return
  }
  for (const sessionId of ids) yield { sessionId }
}

async function* linesOfStore(
  store: RecordStore,
  sessions: () => AsyncIterable<Wanted>,
  call: LongCall,
): AsyncIterable<string> {
  let done = 0
  yield `${headerLine}\n`
  for await (const { sessionId, info } of call.through(sessions())) {
    const session = await call.run(() => readWhole(store, sessionId, info))
    if (session === undefined) continue
    const lines = linesOfSession(session)
    const sha256 = await digestOf(lines)
    for (const line of lines) yield `${line}\n`
    yield `${endLine(session.sessionId, session.records.length, sha256)}\n`
    done++
    await call.step({ done })
  }
  yield `${footerLine(done)}\n`
}

function linesOfSession(session: WholeSession): string[] {
  const { records, times } = session
  return [beginLine(session), ...records.map((record, index) => recordLine(record, times[index]))]
}
