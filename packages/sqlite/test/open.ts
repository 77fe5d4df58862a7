import { SQLiteStore } from '@sessions/sqlite'

/** What the kit's child processes open. */
export function openStore({ path }: { path: string }): SQLiteStore {
  return new SQLiteStore({ path })
}
