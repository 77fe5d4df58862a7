import { describe, isPlain } from '../call/describe.ts'
import { assertId } from '../call/validate.ts'
import type { JSONValue } from '../codec/json.ts'
import type { KeptOperation, WholeSession } from '../store/restored-session.ts'

/**
 * The file of an export: JSON Lines in UTF-8. The first line is the header; then come sessions, each as a line that begins it, a line for
 * each of its records, and a line that ends it, with how many records there were and the SHA-256 of its lines before that one, each with its
 * newline; the last line says how many sessions there were. Times are those of `Date.prototype.toISOString`.
 *
 *     {"format":"@sessions/core","version":1}
 *     {"session":"user_123","createdAt":"…","updatedAt":"…","expiresAt":"…","metadata":{…},"operations":[{"id":"…","fingerprint":"…","forgetAt":"…"}]}
 *     {"record":"…","at":"…"}
 *     {"end":"user_123","records":1,"sha256":"…"}
 *     {"sessions":1}
 */
const format = '@sessions/core'
export const version = 1

export const headerLine: string = JSON.stringify({ format, version })

/** The lines of a session but the last. */
export function beginLine({ sessionId, createdAt, updatedAt, expiresAt, metadata, operations }: WholeSession): string {
  const kept = operations.length > 0 ? { operations } : {}
  return JSON.stringify({ session: sessionId, createdAt, updatedAt, expiresAt, metadata, ...kept })
}

/** The lines of its records, each with its newline, in pieces of many: of `size` UTF-16 units, unless a line is longer. */
export function* recordLines({ records, times }: WholeSession, size: number): Iterable<string> {
  let [last, end, text]: [number | undefined, string, string] = [undefined, '}\n', '']
  // To hand over each line by itself would take as long as all the rest.
  for (let index = 0; index < records.length; index++) {
    const at = times[index]?.getTime()
    // Entries of one turn share their time, and to write it out takes as long as the rest.
    if (at !== last) {
      last = at
      end = at === undefined ? '}\n' : `,"at":"${new Date(at).toISOString()}"}\n`
    }
    text += `{"record":${JSON.stringify(records[index])}${end}`
    if (text.length < size) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

export function endLine(sessionId: string, records: number, sha256: string): string {
  return JSON.stringify({ end: sessionId, records, sha256 })
}

export function footerLine(sessions: number): string {
  return JSON.stringify({ sessions })
}

/** What a line says. */
export type Line =
  | { kind: 'header'; version: number }
  | { kind: 'begin'; session: Omit<WholeSession, 'records' | 'times'> }
  | { kind: 'record'; record: string; at: Date | undefined }
  | { kind: 'end'; sessionId: string; records: number; sha256: string }
  | { kind: 'footer'; sessions: number }

/** @throws TypeError or RangeError that says what is wrong, and quotes nothing of the line */
export function parseLine(text: string): Line {
  const line = parseObject(text)
  if ('record' in line) {
    const { record, at } = only(line, ['record', 'at'])
    if (typeof record !== 'string') throw new TypeError('record must be a string')
    return { kind: 'record', record, at: at === undefined ? undefined : parseTime(at, 'at') }
  }
  if ('session' in line) return { kind: 'begin', session: parseBegin(line) }
  if ('end' in line) {
    const { end, records, sha256 } = only(line, ['end', 'records', 'sha256'])
    assertId(end, 'end')
    if (typeof sha256 !== 'string') throw new TypeError('sha256 must be a string')
    return { kind: 'end', sessionId: end, records: parseCount(records, 'records'), sha256 }
  }
  if ('sessions' in line) return { kind: 'footer', sessions: parseCount(only(line, ['sessions']).sessions, 'sessions') }
  if (line.format === format) return { kind: 'header', version: parseCount(line.version, 'version') }
  throw new TypeError('it is no line of an export')
}

function parseBegin(line: Record<string, unknown>): Omit<WholeSession, 'records' | 'times'> {
  const names = ['session', 'createdAt', 'updatedAt', 'expiresAt', 'metadata', 'operations']
  const { session, createdAt, updatedAt, expiresAt, metadata, operations = [] } = only(line, names)
  assertId(session, 'session')
  if (metadata !== undefined && !isPlain(metadata as object)) throw new TypeError('metadata must be an object')
  if (!Array.isArray(operations)) throw new TypeError('operations must be an array')
  return {
    sessionId: session,
    createdAt: parseTime(createdAt, 'createdAt'),
    updatedAt: parseTime(updatedAt, 'updatedAt'),
    ...(expiresAt !== undefined && { expiresAt: parseTime(expiresAt, 'expiresAt') }),
    ...(metadata !== undefined && { metadata: metadata as Record<string, JSONValue> }),
    operations: operations.map(parseOperation),
  }
}

function parseOperation(operation: unknown): KeptOperation {
  if (!isObject(operation)) throw new TypeError('an operation must be an object')
  const { id, fingerprint, forgetAt } = only(operation, ['id', 'fingerprint', 'forgetAt'])
  assertId(id, 'the id of an operation')
  assertId(fingerprint, 'the fingerprint of an operation')
  return { id, fingerprint, forgetAt: parseTime(forgetAt, 'forgetAt') }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // What V8 says of it quotes the line.
    throw new TypeError('it is no JSON')
  }
  if (!isObject(value)) throw new TypeError('it is no JSON object')
  return value
}

/** The line, which has no other members: what is passed over would be lost. */
function only(line: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  if (Object.keys(line).some((name) => !names.includes(name))) throw new TypeError('it has an unknown member')
  return line
}

function parseTime(value: unknown, name: string): Date {
  const time = typeof value === 'string' ? new Date(value) : undefined
  if (time === undefined || Number.isNaN(time.getTime())) throw new TypeError(`${name} must be a time`)
  return time
}

function parseCount(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new TypeError(`${name} must be a count, not ${describe(value)}`)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
