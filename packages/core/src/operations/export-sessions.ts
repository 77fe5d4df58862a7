import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertOptions } from '../call/validate.ts'
import type { RecordStore } from '../store/record-store.ts'
import { checkFilter, type SessionFilter } from '../store/session-filter.ts'
import { assertStore, eachAsCallers } from './arguments.ts'
import { digestOf } from './digest.ts'
import { beginLine, endLine, footerLine, headerLine, recordLine } from './export-format.ts'
import { readWhole, type WholeSession } from './whole-session.ts'

/** Which sessions. */
export interface ExportOptions extends LongCallOptions {
  /** Default: all. */
  filter?: SessionFilter
}

/**
 * The sessions of a store as lines of a file, each with its newline, for `importSessions`: JSON Lines with a header, a SHA-256 for each
 * session, and a last line that tells a whole file from a truncated one. Each session is as it is at one instant; it is held in memory whole.
 * Of an encrypted store the lines hold what its readers see, in plain text; of the store beneath, envelopes.
 * @throws TypeError or RangeError that names the option, at once
 */
export function exportSessions(store: RecordStore, options: ExportOptions = {}): AsyncIterable<string> {
  assertStore(store, 'store')
  assertOptions('exportSessions', options, { ...longCallTypes, filter: 'object' })
  const filter = checkFilter(options.filter ?? {})
  return eachAsCallers(linesOfStore(store, filter, new LongCall(options)))
}

async function* linesOfStore(store: RecordStore, filter: SessionFilter, call: LongCall): AsyncIterable<string> {
  let done = 0
  yield `${headerLine}\n`
  for await (const info of call.through(store.listSessions(filter, { latest: true }))) {
    const session = await call.run(() => readWhole(store, info.sessionId, info))
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
