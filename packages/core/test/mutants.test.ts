import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformanceCases, formatReport, runConformance } from '@sessions/core/conformance'
import { describe, expect, it, onTestFinished } from 'vitest'
import { definitions } from '../src/conformance/cases/index.ts'
import { HistoryStore } from './mutants/history-store.ts'
import { mutants } from './mutants/index.ts'
import { MaintainedStore } from './mutants/maintained-store.ts'
import { fileHarness, memoryHarness } from './mutants/mutant.ts'
import { histories } from './mutants/open.ts'
import { PlainStore } from './mutants/plain-store.ts'
import { RestoringStore } from './mutants/restoring-store.ts'

/** How long histories are read is the same in any memory, and takes the longest. */
const asInMemory = { except: ['scale/'] }

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sessions-mutants-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('the store that the mutants are made of', () => {
  it('passes every case in memory, but that of long histories', async () => {
    // Each step copies all of a session: of 100,000 records in about the time that the kit allows, and on a busy machine in more.
    const except = ['scale/newest-of-many']
    const report = await runConformance(memoryHarness('in memory', PlainStore), { except })
    expect(formatReport(report)).toMatch(/^in memory: \d+ passed, 0 failed, /)
  })

  it('passes those of maintenance where it knows that', async () => {
    const report = await runConformance(memoryHarness('maintained', MaintainedStore), { only: 'maintain/' })
    expect(formatReport(report)).toMatch(/^maintained: 6 passed, 0 failed, 0 skipped/)
  })

  it('passes those of entries, forks, conditions, leases and watching where it knows all there is to know', async () => {
    const harness = memoryHarness('all', HistoryStore, { shared: true })
    for (const only of [
      'records/',
      'maintain/',
      'entries/',
      'turns/',
      'rewind/',
      'fork/',
      'replace/',
      'mutations/',
      'compaction/',
      'summary/',
      'exclusive/',
      'watch/',
    ]) {
      expect(formatReport(await runConformance(harness, { only }))).toMatch(/^all: \d+ passed, 0 failed, /)
    }
  })

  it('passes those of moving where it can be given sessions with times of their own', async () => {
    const report = await runConformance(memoryHarness('moved', RestoringStore, { shared: true }), {
      only: 'operations/',
    })
    expect(formatReport(report)).toMatch(/^moved: 11 passed, 0 failed, 1 skipped/)
  })

  it('passes those of histories that processes share, on a file', async () => {
    const harness = fileHarness(histories, HistoryStore, temporaryFolder())
    for (const only of ['exclusive/processes', 'watch/processes', 'concurrency/', 'model/']) {
      const report = formatReport(await runConformance(harness, { only }))
      expect(report).toMatch(/^histories on a file: \d+ passed, 0 failed, 0 skipped/)
    }
  })

  it('passes every case but the scale where its instances have one memory, and lasts no longer than they do', async () => {
    const report = await runConformance(memoryHarness('in one memory', PlainStore, { shared: true }), asInMemory)
    expect(formatReport(report)).toMatch(/^in one memory: \d+ passed, 0 failed, /)
    const passed = report.cases.filter(({ status }) => status === 'pass').map(({ id }) => id)
    expect(passed).toEqual(expect.arrayContaining(['durable/instances', 'append/two-instances', 'time/instances']))
  })

  it('passes every case but the scale by a clock that moves', async () => {
    const report = await runConformance(memoryHarness('in real time', PlainStore, { real: true }), asInMemory)
    expect(formatReport(report)).toMatch(/^in real time: \d+ passed, 0 failed, /)
  })

  it('passes on a file that one instance at a time may open', async () => {
    const harness = fileHarness('alone', PlainStore, temporaryFolder(), true)
    const passed = []
    for (const only of ['append/', 'delete/', 'transactions/', 'lifecycle/', 'durable/', 'crash/']) {
      const report = await runConformance(harness, { only })
      expect(formatReport(report)).toMatch(/^alone: \d+ passed, 0 failed, /)
      passed.push(...report.cases.filter(({ status }) => status === 'pass').map(({ id }) => id))
    }
    expect(passed).toEqual(expect.arrayContaining(['durable/restart', 'durable/one-at-a-time', 'crash/replaced-whole']))
  })

  it('passes every case on a file, but for the scale', async () => {
    // It reads and writes all of a session each time: the mutant `reads-whole-history` is this store.
    const report = await runConformance(fileHarness('on a file', PlainStore, temporaryFolder()), { except: ['scale/'] })
    expect(formatReport(report)).toMatch(/^on a file: \d+ passed, 0 failed, /)
  })
})

describe('the kit', () => {
  it.concurrent.each(mutants.flatMap(({ killedBy, ...mutant }) => killedBy.map((id) => ({ ...mutant, id }))))(
    '$name: fails $id',
    async ({ harness, id }) => {
      const folder = mkdtempSync(join(tmpdir(), 'sessions-mutants-'))
      try {
        const [test] = conformanceCases(harness(folder), { only: id, timeoutMs: 150_000 })
        expect(test).toBeDefined()
        expect(test?.skip).toBeUndefined()
        // By what it saw, not because it waited for ever.
        await expect(test?.run()).rejects.toThrow(/^(?!The case had not)/)
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  it('has no case that kills no mutant', () => {
    const killers = new Set(mutants.flatMap(({ killedBy }) => killedBy))
    expect(definitions.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([])
  })

  it('has mutants of different names', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })
})
