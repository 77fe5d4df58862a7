import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { SessionStore } from '@sessions/core'
import type { SQLiteDatabase, SQLiteStoreOptions } from '@sessions/sqlite'
import { Failure } from '../exit-codes.ts'
import { type Adapted, given, type OpenOptions, refuse } from './adapters.ts'
import { load } from './resolve.ts'

/** What is used of better-sqlite3, which the adapter brings along. */
export type Driver = new (path: string, options?: { readonly?: boolean; fileMustExist?: boolean }) => SQLiteDatabase

/** A command that only reads opens the file for reading: it makes no file and no table, and upgrades none. */
export async function openSQLite(url: string, options: OpenOptions): Promise<Adapted> {
  refuse(options, ['schema', 'keyPrefix'])
  const path = sqlitePath(url)
  if (!options.creates && !existsSync(path)) throw new Failure('missing', `There is no file ${path}.`)
  const { path: adapter, module } = await load<{ SQLiteStore: new (options: SQLiteStoreOptions) => SessionStore }>(
    '@sessions/sqlite',
  )
  const { sessionsTable, messagesTable, branch, ttl, timeout } = options
  const others = given({ sessionsTable, messagesTable, branch, ttl, busyTimeoutMs: timeout })
  const Database = sqliteDriver(adapter)
  if (options.writes) return { adapter, store: new module.SQLiteStore({ path, ...others }) }
  const database = openFile(Database, path)
  return { adapter, store: new module.SQLiteStore({ database, ...others }), alsoClose: () => database.close() }
}

/** The file that a url names. @throws Failure where it names none */
export function sqlitePath(url: string): string {
  const path = url.replace(/^sqlite:(\/\/(?=\/))?/, '')
  if (path === '' || path === ':memory:')
    throw new Failure('usage', 'sqlite: needs a file, as in sqlite:conversations.db.')
  return path
}

/** @throws Failure where it is not installed: for the adapter it is one of several */
export function sqliteDriver(adapter: string): Driver {
  try {
    return createRequire(adapter)('better-sqlite3')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    throw new Failure('install', 'better-sqlite3 is not installed here: npm install better-sqlite3', { cause: error })
  }
}

function openFile(Database: Driver, path: string): SQLiteDatabase {
  try {
    return new Database(path, { readonly: true, fileMustExist: true })
  } catch (error) {
    throw new Failure('refused', `${path} cannot be opened: ${(error as Error).message}.`, { cause: error })
  }
}
