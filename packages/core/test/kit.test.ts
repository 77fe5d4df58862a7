import { type CommitResult, type HistoryChange, MemoryStore } from '@sessions/core'
import { conformanceCases, formatReport, runConformance, type StoreHarness } from '@sessions/core/conformance'
import { describe, expect, it } from 'vitest'

const absent = { durable: false, multiProcess: false, ttl: false, list: true, transactions: true }

function harness(create: () => MemoryStore): StoreHarness {
  return {
    name: 'under test',
    open: async () => create(),
    reset: async () => {},
    capabilities: { durable: false, multiProcess: false, ttl: false, list: true, transactions: true },
  }
}

/** Takes a batch item by item, as peers of ours do. */
class SplittingStore extends MemoryStore {
  protected override async _commit(sessionId: string, change: HistoryChange): Promise<CommitResult> {
    for (const record of change.append ?? []) {
      await new Promise(setImmediate)
      await super._commit(sessionId, { append: [record] })
    }
    return { status: 'applied', dropped: [] }
  }
}

describe('the kit', () => {
  it('gives cases with unique, stable ids and titles that read as promises', () => {
    const cases = conformanceCases(harness(() => new MemoryStore()))
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    for (const { id, title } of cases) {
      expect(id).toMatch(/^[a-z]+\/[a-z0-9-]+$/)
      expect(title).toMatch(/^[a-z]/)
    }
  })

  it('reports a correct store as correct, with a reason for every skip', async () => {
    const report = await runConformance(harness(() => new MemoryStore()))
    expect(report.cases.filter(({ status }) => status === 'fail')).toEqual([])
    expect(report).toMatchObject({ adapter: 'under test', ok: true, failed: 0, node: process.versions.node, seed: 1 })
    expect(report.passed + report.skipped).toBe(report.cases.length)
    expect(report.passed).toBeGreaterThan(100)
    expect(report.offers).toEqual({ entries: true, leases: true, restore: true })
    for (const { status, reason } of report.cases) if (status === 'skip') expect(reason).toMatch(/\w/)
  })

  it('fails a store that splits batches, by the case that promises it', async () => {
    const report = await runConformance(
      harness(() => new SplittingStore()),
      { only: 'append/' },
    )
    expect(report.ok).toBe(false)
    const failed = report.cases.filter(({ status }) => status === 'fail').map(({ id }) => id)
    expect(failed).toContain('append/contiguous-batches')
    expect(formatReport(report)).toContain('fail append/contiguous-batches')
  })

  it('leaves out what it is told to', async () => {
    const ids = (options: object): string[] =>
      conformanceCases(
        harness(() => new MemoryStore()),
        options,
      ).map(({ id }) => id)
    const all = ids({})
    const some = ids({ except: ['append/', 'list/limit-of-matches'] })
    expect(some).toEqual(all.filter((id) => !id.startsWith('append/') && id !== 'list/limit-of-matches'))
    expect(some.length).toBeLessThan(all.length - 2)
  })

  it('runs only what is asked for, and repeats random cases by their seed', async () => {
    const run = (seed: number) =>
      runConformance(
        harness(() => new MemoryStore()),
        { only: 'model/random', seed, steps: 50 },
      )
    const [first, second] = [await run(7), await run(7)]
    expect(first.cases.map(({ id }) => id)).toEqual(['model/random-operations'])
    expect([first.seed, first.ok, second.ok]).toEqual([7, true, true])
  })

  it('tests what is declared absent to be absent', async () => {
    const wrong: StoreHarness = {
      ...harness(() => new MemoryStore({ ttl: 60 })),
      capabilities: { durable: false, multiProcess: false, ttl: false, list: false, transactions: false },
    }
    const report = await runConformance(wrong, { except: ['scale/'] })
    const failed = report.cases.filter(({ status }) => status === 'fail').map(({ id }) => id)
    expect(failed).toEqual(['list/refused', 'transactions/absent', 'time/no-ttl'])
  })

  it('fails a case that does not end, and goes on with the next', async () => {
    class HangingStore extends MemoryStore {
      protected override _read(): Promise<string[]> {
        return new Promise(() => {})
      }
    }
    const report = await runConformance(
      harness(() => new HangingStore()),
      { only: 'limit/', timeoutMs: 1_000 },
    )
    expect(report.cases.map(({ status }) => status)).toEqual(['fail', 'fail', 'fail', 'pass', 'pass', 'fail', 'fail'])
    expect(formatReport(report)).toContain('The case had not ended after 1000 ms.')
  })

  it('says what was promised, what failed, why, and how to run it again', async () => {
    class FailingStore extends MemoryStore {
      protected override async _info(): Promise<never> {
        throw new Error('no such column: items')
      }
    }
    const report = await runConformance(
      harness(() => new FailingStore()),
      { only: 'metadata/merges', seed: 5 },
    )
    expect(formatReport(report)).toBe(`under test: 0 passed, 1 failed, 0 skipped
  fail metadata/merges: merges a patch key by key, and removes what is undefined
    SessionError: The backend failed: see the cause.
    Caused by: Error: no such column: items
    again: runConformance(harness, { only: 'metadata/merges', seed: 5 })`)
  })

  it.each([
    [{ capabilities: undefined }, 'capabilities.durable'],
    [{ capabilities: { durable: false, multiProcess: false, ttl: false, list: true } }, 'capabilities.transactions'],
    [{ capabilities: { durable: true, multiProcess: true, ttl: false, list: true, transactions: true } }, 'worker'],
    [{ capabilities: { durable: true, multiProcess: false, ttl: true, list: true, transactions: true } }, 'advance'],
    [{ reset: undefined }, 'reset'],
    [{ capabilities: { ...absent, shared: 'yes' } }, 'capabilities.shared'],
    [{ capabilities: { ...absent, durable: true, shared: false, multiProcess: true }, worker: {} }, 'shared false'],
  ])('refuses a harness that leaves something open: %j', async (mistake, name) => {
    const wrong = { ...harness(() => new MemoryStore()), ...mistake } as StoreHarness
    await expect(runConformance(wrong)).rejects.toThrow(TypeError)
    await expect(runConformance(wrong)).rejects.toThrow(name)
  })

  it('says so where a store is none', async () => {
    class SessionStore {}
    for (const [given, what] of [
      [new SessionStore(), 'a SessionStore'],
      [undefined, 'undefined'],
    ]) {
      const wrong = { ...harness(() => new MemoryStore()), open: async () => given as never }
      const report = await runConformance(wrong, { only: 'append/order' })
      expect(formatReport(report)).toContain(`open() of the harness gave ${what}, which extends no SessionStore.`)
    }
  })

  it('refuses options that it does not know, and a choice that chooses nothing', async () => {
    const correct = harness(() => new MemoryStore())
    await expect(runConformance(correct, { onyl: 'append/' } as never)).rejects.toThrow(/onyl/)
    await expect(runConformance(correct, { only: 'apend/' })).rejects.toThrow(RangeError)
    await expect(runConformance(correct, { except: ['apend/'] })).rejects.toThrow(/except fits no case: "apend\/"/)
    await expect(runConformance(correct, { only: 'append/', except: ['append/'] })).rejects.toThrow(RangeError)
  })
})
