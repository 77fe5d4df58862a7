import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

function createFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-encrypted-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A path in a folder of the running test file, removed after its tests. */
export function sharedFolder(name: string): string {
  const { folder, remove } = createFolder()
  afterAll(remove)
  return join(folder, name)
}

/** A database file of the running test's own, not there yet; removed when it ends. */
export function temporaryFile(): string {
  const { folder, remove } = createFolder()
  onTestFinished(remove)
  return join(folder, 'sessions.db')
}
