import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { SessionError } from '@sessions/core'
import { meanings, primaryCodes } from './meanings.ts'

/** The caller's own transaction is open on the connection that is to write. */
export class OpenTransaction extends Error {
  readonly code = 'OPEN_TRANSACTION'
}

/** Whether the same may succeed in a moment. */
export function isBusy(error: unknown): boolean {
  return /^(SQLITE_(BUSY|LOCKED)|OPEN_TRANSACTION)/.test(codeOf(error)) || isIterating(error)
}

/** Whether it failed for want of the right to write. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_READONLY')
}

/** Better-sqlite3 gives this one no code: the caller is inside an `iterate()` of its own. */
function isIterating(error: unknown): boolean {
  return error instanceof TypeError && /connection is busy executing a query/.test(error.message)
}

/** Better-sqlite3 and Bun name the result code; node:sqlite, and Bun now and then, give its number. */
function codeOf(error: unknown): string {
  const { code, errcode, errno, byteOffset } = error as Record<string, unknown>
  if (typeof code === 'string' && code !== 'ERR_SQLITE_ERROR') return code
  const number = errcode ?? (byteOffset === undefined ? undefined : errno)
  // The lower byte is the primary code: https://sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes.
  return typeof number === 'number' ? `SQLITE_${primaryCodes[number & 0xff] ?? 'ERROR'}` : ''
}

/** By the driver's code; `undefined` for what is not SQLite's. */
export function mapError(error: unknown): SessionError | undefined {
  if (isIterating(error)) {
    const message = 'An iterate() of yours went on on the Database for longer than busyTimeoutMs. Nothing was done.'
    return new SessionError('SESSION_BUSY', message, { cause: error })
  }
  const code = codeOf(error)
  if (!code.startsWith('SQLITE_') && code !== 'OPEN_TRANSACTION') return undefined
  const primary = /^(SQLITE|OPEN)_[A-Z]+/.exec(code)?.[0] ?? code
  const [sessionCode, message] = meanings[primary] ?? ['SESSION_BACKEND', `SQLite failed with ${code}.`]
  return new SessionError(sessionCode, message, { cause: error })
}

/** Why a file could not be opened, where a look at the file system tells more than the driver. */
export function mapOpenError(path: string, error: unknown): unknown {
  const reason = openProblem(path)
  return reason === undefined ? error : new SessionError('SESSION_UNAVAILABLE', reason, { cause: error })
}

function openProblem(path: string): string | undefined {
  if (isDirectory(path)) {
    return `${path} is a directory; path must name a file in it.`
  }
  const folder = dirname(path)
  if (!isDirectory(folder)) {
    return `The folder ${folder} does not exist; create it first.`
  }
  return undefined
}

/** `false` also where the file system refuses to say: a name too long, a loop of links. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'stat') return false
    throw error
  }
}
