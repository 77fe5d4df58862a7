import { MemorySession } from '@openai/agents'
import { formatReport, runConformance } from '@sessions/core/conformance'
import { expect, it } from 'vitest'

/** What the SDK's own session does otherwise, of what every session here does. Its errors are `UserError`s without a code. */
const differences = {
  'append/all-or-none': 'an item that cannot be stored is a DataCloneError',
  'limit/refused': 'a limit of 1.5 is taken',
  'values/refused': 'what is no JSON is stored, or is a DataCloneError',
  'values/refused-cycle': 'an item that contains itself is stored',
  'values/refused-items': 'null and texts are stored as items',
  'identity/refused-ids': 'an empty id is taken',
  'transactions/reused': 'the error has no code',
  'transactions/same-in-any-key-order': 'another key order is another transaction',
  'transactions/nothing-to-append': 'the error has no code',
  'transactions/bad-shapes': 'a bad shape is a UserError, not a TypeError',
  'transactions/replace-in-any-key-order': 'another key order is another suffix',
  'transactions/conflict': 'the error has no code',
  'mutations/bad-shapes': 'an unknown mutation is passed over',
  'model/random-operations': 'the error of a conflict has no code',
  'model/commands': 'the error of a conflict has no code',
}

it("certifies the SDK's own MemorySession, and skips what it does otherwise or lacks, each for its reason", async () => {
  const report = await runConformance({
    name: "the SDK's MemorySession",
    openSession: async (sessionId) => new MemorySession({ sessionId }),
    reset: async () => {},
    capabilities: { durable: false, transactions: true },
    differences,
  })
  expect(formatReport(report)).toMatch(/: \d+ passed, 0 failed, \d+ skipped/)
  const skips = report.cases.filter(({ status }) => status === 'skip')
  const reasons = Object.fromEntries(skips.map(({ id, reason }) => [id, reason]))
  const lacking = Object.entries(reasons).filter(([id]) => !Object.hasOwn(differences, id))
  expect(Object.fromEntries(Object.entries(reasons).filter(([id]) => Object.hasOwn(differences, id)))).toEqual(
    differences,
  )
  const absent = lacking.map(([, reason = '']) => /^the session has no (\w+)\(\)$/.exec(reason)?.[1] ?? reason)
  expect([...new Set(absent)].toSorted()).toEqual([
    'close',
    'delete',
    'info',
    'items',
    'replaceHistoryWithCompaction',
    'setMetadata',
  ])
})

it('fails a difference that is none, and a harness that names no case', async () => {
  const harness = {
    name: "the SDK's MemorySession",
    openSession: async (sessionId: string) => new MemorySession({ sessionId }),
    reset: async () => {},
    capabilities: { durable: false, transactions: true },
  }
  const wrong = { ...harness, differences: { 'append/order': 'it has an order of its own' } }
  const report = await runConformance(wrong, { only: 'append/order' })
  expect(formatReport(report)).toContain(
    'The harness says that this differs, and it does not: it has an order of its own',
  )
  await expect(runConformance({ ...harness, differences: { 'apend/order': 'x' } })).rejects.toThrow(/"apend\/order"/)
  await expect(runConformance({ ...harness, differences: { 'append/order': ' ' } })).rejects.toThrow(
    /must say what is different/,
  )
})
