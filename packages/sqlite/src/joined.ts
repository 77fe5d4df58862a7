import { SessionError } from '@sessions/core'
import type { SQLiteDatabase } from './database.ts'
import { mapError } from './errors.ts'

/** @throws SESSION_UNSUPPORTED where no transaction of the caller's is open, which its stores are part of */
export function assertTransaction({ inTransaction }: SQLiteDatabase): void {
  if (inTransaction) return
  throw new SessionError(
    'SESSION_UNSUPPORTED',
    'No transaction is open on the database. A store of using() writes within the transaction that you began, until you end it. Nothing was written.',
  )
}

/** Runs work between a savepoint and its release, within a transaction of the caller's: what fails is undone, and leaves that as it was. */
export function writeWithin<T>(database: SQLiteDatabase, work: () => T): T {
  assertTransaction(database)
  database.exec('SAVEPOINT sessions_joined')
  try {
    const result = work()
    database.exec('RELEASE sessions_joined')
    return result
  } catch (error) {
    // A full disk has ended the transaction already.
    if (database.inTransaction) database.exec('ROLLBACK TO sessions_joined; RELEASE sessions_joined')
    throw error
  }
}

/** That would go with the transaction, while others take them to be there. */
export function makeNoTables(): never {
  throw new SessionError(
    'SESSION_SCHEMA_MISSING',
    'The tables of the sessions are not there, or of an older version. Within a transaction of yours no tables are made: use the store ' +
      'itself before, such as by `await store.ping()`. Nothing was written.',
  )
}

/** Nobody would see it before the commit, and nobody could give it back after. */
export function withoutLeases(): SessionError {
  return new SessionError(
    'SESSION_UNSUPPORTED',
    'Within a transaction of yours no lease can be taken: take it on the store itself, around the transaction. Nothing was written.',
  )
}

/** What finds the messages of a branch is made for a connection, and would go with the transaction. */
export function withoutBranches(): SessionError {
  return new SessionError(
    'SESSION_UNSUPPORTED',
    'A store with the option branch cannot be part of a transaction of yours.',
  )
}

/** What failed is no better when it is tried again within the same transaction. */
export function explain(error: unknown, { inTransaction }: SQLiteDatabase): SessionError | undefined {
  const mapped = mapError(error)
  if (mapped === undefined) return undefined
  const become = inTransaction
    ? 'It was undone, and the transaction that it was part of goes on.'
    : 'The transaction that it was part of is over, and all of it undone: do it again.'
  return new SessionError(mapped.code, `${mapped.message} ${become}`, { retryable: false, cause: error })
}
