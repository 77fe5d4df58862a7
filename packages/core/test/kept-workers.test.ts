import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatReport, runConformance } from '@sessions/core/conformance'
import { expect, it, onTestFinished } from 'vitest'
import { fileHarness } from './mutants/mutant.ts'
import { PlainStore } from './mutants/plain-store.ts'

it('gives the processes of a case to the next one, each to open the storage anew, and ends them with the last', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-kept-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const opened = join(folder, 'opened')
  const module = new URL('./programs/open-and-tell.ts', import.meta.url).href
  const options = { path: join(folder, 'sessions.db'), opened }
  const report = await runConformance(
    { ...fileHarness('on a file', PlainStore, folder), worker: { module, export: 'open', options } },
    { only: 'processes/', except: ['processes/first-use-at-once', 'processes/linearizable'] },
  )
  expect(formatReport(report)).toMatch(/^on a file: 5 passed, 0 failed, 0 skipped/)
  const ids = readFileSync(opened, 'utf8').trim().split('\n').map(Number)
  // Three cases have four processes, one has two, one has one.
  expect(ids).toHaveLength(15)
  expect(new Set(ids).size).toBe(4)
  for (const id of new Set(ids)) expect(() => process.kill(id, 0)).toThrow('ESRCH')
})
