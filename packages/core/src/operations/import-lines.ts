import { SessionError } from '../errors/session-error.ts'
import type { WholeSession } from '../store/restored-session.ts'
import { LinesDigest } from './digest.ts'
import { type Line, parseLine, version } from './export-format.ts'

/** The session whose lines are just read. */
interface Open {
  session: Omit<WholeSession, 'records' | 'times'>
  records: string[]
  times: (Date | undefined)[]
  digest: LinesDigest
}

/** A line may bring its newline along, or leave it out. Blank ones, as at the end of a file, say nothing. */
const lineEnd = /\r?\n$/

/**
 * The sessions of an export, each once it is whole and its digest is right. @throws SESSION_EXPORT_DAMAGED with the number of the line
 * where the file is not what `exportSessions` writes
 */
export async function* sessionsIn(lines: AsyncIterable<string> | Iterable<string>): AsyncIterable<WholeSession> {
  let [number, count, isBegun, isComplete] = [0, 0, false, false]
  let open: Open | undefined
  for await (const given of lines) {
    number++
    const text = stringOf(given, number).replace(lineEnd, '')
    if (text.trim() === '') continue
    const line = parsed(text, number)
    if (isComplete) throw damaged(number, 'something follows the last line')
    if (!isBegun) {
      if (line.kind !== 'header') throw damaged(number, 'it is not the header of an export')
      if (line.version !== version)
        throw damaged(number, `the format has version ${line.version}; this package reads ${version}`)
      isBegun = true
    } else if (line.kind === 'begin') {
      if (open !== undefined) throw damaged(number, 'a session begins before the one before has ended')
      open = { session: line.session, records: [], times: [], digest: new LinesDigest() }
      await open.digest.addLine(text)
    } else if (line.kind === 'record') {
      if (open === undefined) throw damaged(number, 'a record stands outside of a session')
      open.records.push(line.record)
      open.times.push(line.at)
      const pause = open.digest.addLine(text)
      if (pause !== undefined) await pause
    } else if (line.kind === 'end') {
      if (open === undefined) throw damaged(number, 'a session ends that has not begun')
      await assertWhole(open, line, number)
      const { session, records, times } = open
      open = undefined
      count++
      yield { ...session, records, times }
    } else if (line.kind === 'footer') {
      if (open !== undefined) throw damaged(number, 'the file ends within a session')
      if (line.sessions !== count) throw damaged(number, `there are ${count} sessions instead of ${line.sessions}`)
      isComplete = true
    } else {
      throw damaged(number, 'the header comes twice')
    }
  }
  if (!isComplete) throw damaged(number + 1, isBegun ? 'the file is truncated' : 'the file is empty')
}

async function assertWhole(
  { session, records, digest }: Open,
  line: Extract<Line, { kind: 'end' }>,
  number: number,
): Promise<void> {
  if (line.sessionId !== session.sessionId) throw damaged(number, 'another session ends than began')
  if (line.records !== records.length) {
    throw damaged(number, `the session has ${records.length} records instead of ${line.records}`)
  }
  if (line.sha256 !== (await digest.end())) throw damaged(number, 'the session is not what its digest says')
}

function parsed(text: string, number: number): Line {
  try {
    return parseLine(text)
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw damaged(number, error.message.replace(/\.$/, ''))
    throw error
  }
}

function stringOf(line: unknown, number: number): string {
  if (typeof line === 'string') return line
  throw damaged(number, 'it is no string; for the bytes of a file, use linesOf()')
}

/** What is told quotes nothing of the file but its line numbers and counts. */
function damaged(line: number, what: string): SessionError {
  return new SessionError('SESSION_EXPORT_DAMAGED', `Line ${line}: ${what}.`)
}
