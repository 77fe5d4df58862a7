import { SessionError, type SessionErrorCode } from '@sessions/core'

/** What errors of the file system mean here, by their code (https://nodejs.org/api/errors.html#common-system-errors). */
const meanings: Readonly<Record<string, readonly [SessionErrorCode, string]>> = {
  EMFILE: ['SESSION_BUSY', 'The process has too many open files.'],
  ENFILE: ['SESSION_BUSY', 'The system has too many open files.'],
  EACCES: ['SESSION_UNAVAILABLE', 'The process may not read or write the folder.'],
  EROFS: ['SESSION_UNAVAILABLE', 'The file system is read-only.'],
  ENOTDIR: ['SESSION_UNAVAILABLE', 'The folder is a file.'],
  ENOSPC: ['SESSION_BACKEND', 'The disk is full: free some space. Nothing was written.'],
}

/** By the driver's code; `undefined` for what it does not know. */
export function mapError(error: unknown): SessionError | undefined {
  const { code } = error as NodeJS.ErrnoException
  const [sessionCode, message] = (code !== undefined && meanings[code]) || []
  return sessionCode === undefined ? undefined : new SessionError(sessionCode, message ?? '', { cause: error })
}
