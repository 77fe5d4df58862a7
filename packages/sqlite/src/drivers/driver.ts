import type { SQLiteDatabase } from '../database.ts'

/** Whose copy of SQLite it is. */
export type DriverName = 'better-sqlite3' | 'node:sqlite' | 'bun:sqlite'

/** Each driver is one file; all of them give databases of the shape of better-sqlite3. */
export interface Driver {
  /** @throws SESSION_UNSUPPORTED where the program that runs this does not have it */
  load(): Opener | Promise<Opener>
  /** Whether a database of a caller's is one of this driver, by its shape. */
  isOf(database: object): boolean
  /** The same database each time for one of a caller's. */
  adapt(database: object): SQLiteDatabase
}

/** How databases are opened. */
export interface Opener {
  /** A file, made if missing unless it must exist; or `:memory:`. */
  open(path: string, mustExist: boolean): SQLiteDatabase
  /** A copy in memory of what stands in a file, which cannot be written. */
  openImage(bytes: Uint8Array): SQLiteDatabase
}
