import { type DriverName, SQLiteStore } from '@sessions/sqlite'

/** What the kit's child processes open. */
export function openStore({ path, driver = 'better-sqlite3' }: { path: string; driver?: DriverName }): SQLiteStore {
  return new SQLiteStore({ path, driver })
}
