import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sessions-integration-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A path where no file is yet, in a folder of its own that goes when the test file that imports this is done. */
export function temporaryFile(name: string): string {
  return join(mkdtempSync(join(folder, 'test-')), name)
}
