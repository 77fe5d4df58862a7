import type { SessionErrorCode } from '@sessions/core'

/** What SQLite's primary result codes mean here (https://sqlite.org/rescode.html). */
export const meanings: Readonly<Record<string, readonly [SessionErrorCode, string]>> = {
  SQLITE_BUSY: ['SESSION_BUSY', 'Another process held the lock of the database for longer than busyTimeoutMs.'],
  OPEN_TRANSACTION: [
    'SESSION_BUSY',
    'A transaction of yours was open on the Database for longer than busyTimeoutMs. Nothing was written.',
  ],
  SQLITE_LOCKED: ['SESSION_BUSY', 'Another connection held the lock of a table for longer than busyTimeoutMs.'],
  SQLITE_CANTOPEN: ['SESSION_UNAVAILABLE', 'The database file cannot be opened.'],
  SQLITE_READONLY: [
    'SESSION_BACKEND',
    'The database is read-only: give the process write permission for the file and its folder.',
  ],
  SQLITE_NOTADB: ['SESSION_BACKEND', 'The file is not a SQLite database: choose another path.'],
  SQLITE_CORRUPT: ['SESSION_BACKEND', 'The database file is damaged: restore it from a backup.'],
  SQLITE_FULL: ['SESSION_BACKEND', 'The disk or the database is full: free some space. Nothing was written.'],
  SQLITE_IOERR: ['SESSION_BACKEND', 'The disk failed to read or write the database file.'],
}

/** By their numbers, from 0 (https://sqlite.org/rescode.html). */
export const primaryCodes: readonly string[] = (
  'OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA ' +
  'TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB'
).split(' ')
