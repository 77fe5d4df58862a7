import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Lease, SharedResources } from '@sessions/core'
import Database from 'better-sqlite3'
import { blockingWaitMs, whileBusy } from './busy.ts'
import type { SQLiteDatabase } from './database.ts'
import { mapOpenError } from './errors.ts'
import { migrate } from './schema.ts'
import { prepareStatements, type Statements } from './statements.ts'

/** A database that is ready for use. */
export interface Connection {
  /** Which file it is, whatever its path names by now; absent for one in memory or of the caller's. */
  readonly file?: string
  readonly database: SQLiteDatabase
  readonly statements: Statements
  /** Runs the work in one `BEGIN IMMEDIATE` transaction. */
  write<T>(work: () => T): T
}

interface FileOptions {
  path: string
  synchronous: 'FULL' | 'NORMAL'
  busyTimeoutMs: number
}

const files = new SharedResources<Connection>(({ database }) => {
  database.close()
})

/** The process's one connection to a file; those who want another `synchronous` share another. */
export async function connectFile(options: FileOptions): Promise<Lease<Connection>> {
  const key = `${options.synchronous} ${realPath(options.path)}`
  for (;;) {
    const lease = await files.acquire(key, () => openFile(options))
    if (lease.resource.file === fileAt(options.path)) return lease
    // The file was deleted or replaced: those who have it keep it, and nobody new writes to it.
    files.forget(key, lease.resource)
    await lease.release()
  }
}

/** A database in memory, of nobody else. */
export async function connectMemory(): Promise<Lease<Connection>> {
  const connection = await prepare(new Database(':memory:'), 0)
  return { resource: connection, release: async () => void connection.database.close() }
}

/** A database of the caller's, which stays open. */
export async function connectDatabase(database: SQLiteDatabase, busyTimeoutMs: number): Promise<Lease<Connection>> {
  return { resource: await prepare(database, busyTimeoutMs), release: async () => {} }
}

async function openFile({ path, synchronous, busyTimeoutMs }: FileOptions): Promise<Connection> {
  const database = openDatabase(path)
  try {
    // Changing the journal mode needs the file for a moment alone and does not wait for it by itself.
    await whileBusy(busyTimeoutMs, () => database.pragma('journal_mode = WAL'))
    database.pragma(`synchronous = ${synchronous}`)
    const file = fileAt(path)
    return { ...(await prepare(database, busyTimeoutMs)), ...(file !== undefined && { file }) }
  } catch (error) {
    database.close()
    throw error
  }
}

function openDatabase(path: string): SQLiteDatabase {
  try {
    return new Database(path, { timeout: blockingWaitMs })
  } catch (error) {
    throw mapOpenError(path, error)
  }
}

async function prepare(database: SQLiteDatabase, busyTimeoutMs: number): Promise<Connection> {
  await whileBusy(busyTimeoutMs, () => migrate(database))
  const transaction = database.transaction((work: () => unknown) => work())
  const write = <T>(work: () => T): T => transaction.immediate(work) as T
  return { database, statements: prepareStatements(database), write }
}

/** What the file system knows the file by. */
function fileAt(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.dev}:${stats.ino}`
}

/** One name for a file, whatever links lead to it and whether or not it exists yet. */
function realPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const folder = dirname(absolute)
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute
}
