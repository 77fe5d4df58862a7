import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenStore } from '@sessions/cli/program'
import type { SessionStore } from '@sessions/core'
import { SQLiteStore } from '@sessions/sqlite'
import { type Studio, startStudio } from '../../src/server/listen.ts'
import type { Prices } from '../../src/shared/api.ts'

/** A folder that is gone with the test. */
export class Folder implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'sessions-studio-'))

  file(name: string): string {
    return join(this.path, name)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** A studio of a store of the test's, which stays open. */
export async function studioOf(
  store: SessionStore,
  options: { bare?: SessionStore; prices?: Prices; writes?: boolean; flags?: readonly string[] } = {},
): Promise<Studio> {
  const { bare = store, prices, writes = false, flags = ['-s', 'sqlite:conversations.db'] } = options
  const opened: OpenStore = {
    kind: 'sqlite',
    url: '',
    label: 'sqlite:conversations.db',
    store,
    bare,
    adapter: import.meta.filename,
    flags,
    close: async () => {},
  }
  return await startStudio(opened, { hostname: '127.0.0.1', writes, ...(prices && { prices }) })
}

/** A store in a file, filled. */
export async function filledStore(path: string, fill: (store: SessionStore) => Promise<void>): Promise<SQLiteStore> {
  const store = new SQLiteStore({ path })
  await fill(store)
  return store
}
