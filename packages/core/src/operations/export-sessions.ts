import { describe } from '../call/describe.ts'
import { yieldIfLong } from '../call/event-loop.ts'
import { LongCall, type LongCallOptions, longCallTypes } from '../call/long-call.ts'
import { assertId, assertOptions } from '../call/validate.ts'
import type { RecordStore } from '../store/record-store.ts'
import type { WholeSession } from '../store/restored-session.ts'
import { checkFilter, type SessionFilter } from '../store/session-filter.ts'
import { assertStore, eachAsCallers } from './arguments.ts'
import { LinesDigest } from './digest.ts'
import { beginLine, endLine, footerLine, headerLine, recordLines } from './export-format.ts'
import { TextPieces } from './text-pieces.ts'
import { matchingSessions, namedSessions } from './whole-session.ts'

/** Which sessions. */
export interface ExportOptions extends LongCallOptions {
  /** Default: all. Not beside `sessionIds`. */
  filter?: SessionFilter
  /** Those of these ids, in this order, each once; one that is not there is passed over. */
  sessionIds?: readonly string[]
}

/** The lines of an export, each with its newline. To be gone through once. */
export interface ExportedLines extends AsyncIterable<string> {
  /** The same in UTF-8, in pieces of many lines each, some 100 KB unless a line is longer: for a file, which it fills several times as fast. */
  pieces(): AsyncIterable<Uint8Array>
}

/** Sessions that are held at once. */
const portion = { sessions: 16, items: 1_000 }
/** UTF-16 units that are encoded and digested at once, unless a line is longer. */
const textSize = 65_536

/**
 * The sessions of a store as lines of a file, each with its newline, for `importSessions`: JSON Lines with a header, a SHA-256 for each
 * session, and a last line that tells a whole file from a truncated one. Each session is as it is at one instant; it is held in memory whole.
 * Of an encrypted store the lines hold what its readers see, in plain text; of the store beneath, envelopes.
 * @throws TypeError or RangeError that names the option, at once
 */
export function exportSessions(store: RecordStore, options: ExportOptions = {}): ExportedLines {
  assertStore(store, 'store')
  assertOptions('exportSessions', options, { ...longCallTypes, filter: 'object', sessionIds: 'object' })
  const { filter, sessionIds } = options
  if (filter !== undefined && sessionIds !== undefined) throw new TypeError('Take one of filter and sessionIds.')
  const ids = sessionIds && checkIds(sessionIds)
  const checked = checkFilter(filter ?? {})
  const call = new LongCall(options)
  const sessions =
    ids === undefined ? matchingSessions(store, checked, portion, call) : namedSessions(store, ids, portion, call)
  const pieces = piecesOf(sessions, call)
  return {
    [Symbol.asyncIterator]: () => eachAsCallers(linesOfPieces(pieces))[Symbol.asyncIterator](),
    pieces: () => eachAsCallers(pieces),
  }
}

function checkIds(ids: unknown): ReadonlySet<string> {
  if (!Array.isArray(ids)) throw new TypeError(`sessionIds must be an array of strings, not ${describe(ids)}.`)
  for (const [index, id] of ids.entries()) assertId(id, `sessionIds[${index}]`)
  return new Set(ids)
}

/**
 * The file in pieces of whole lines. It is one function, and waits for nothing that is there: there are as many sessions as there are, and a step from one
 * generator to the next takes as long as a few of their lines.
 */
async function* piecesOf(portions: AsyncIterable<WholeSession[]>, call: LongCall): AsyncIterable<Uint8Array> {
  const pieces = new TextPieces()
  pieces.add(`${headerLine}\n`)
  let done = 0
  for await (const sessions of call.through(portions)) {
    for (const session of sessions) {
      const digest = new LinesDigest()
      let text = `${beginLine(session)}\n`
      for (const lines of recordLines(session, textSize)) {
        text += lines
        if (text.length < textSize) continue
        digest.add(pieces.add(text))
        text = ''
        for (const piece of pieces.full()) yield piece
        await yieldIfLong()
      }
      digest.add(pieces.add(text))
      pieces.add(`${endLine(session.sessionId, session.records.length, await digest.end())}\n`)
      await call.step({ done: ++done })
      for (const piece of pieces.full()) yield piece
    }
  }
  pieces.add(`${footerLine(done)}\n`)
  yield* pieces.rest()
}

async function* linesOfPieces(pieces: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder()
  for await (const piece of pieces) {
    const lines = decoder.decode(piece)
    for (let start = 0, end = 0; start < lines.length; start = end) {
      end = lines.indexOf('\n', start) + 1
      yield lines.slice(start, end)
    }
  }
}
