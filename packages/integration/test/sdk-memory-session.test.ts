import { MemorySession } from '@openai/agents'
import { runConformance } from '@sessions/core/conformance'
import { expect, it } from 'vitest'

/** What the SDK's own session does otherwise, of what every session here does. Its errors are `UserError`s without a code. */
const differences = {
  'append/all-or-none': 'an item that cannot be stored is a DataCloneError',
  'limit/refused': 'a limit of 1.5 is taken',
  'values/numbers': '-0 comes back as -0',
  'values/bytes': 'properties that are undefined come back',
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

it("says what the SDK's own MemorySession lacks, and finds the rest of it as promised", async () => {
  const report = await runConformance({
    name: "the SDK's MemorySession",
    openSession: async (sessionId) => new MemorySession({ sessionId }),
    reset: async () => {},
    capabilities: { durable: false, transactions: true },
  })
  const failed = report.cases.filter(({ status }) => status === 'fail').map(({ id }) => id)
  expect(failed).toEqual(Object.keys(differences))
  const absent = new Set(report.cases.flatMap(({ reason = '' }) => /has no (\w+)\(\)/.exec(reason)?.[1] ?? []))
  expect([...absent].toSorted()).toEqual(['close', 'info', 'items', 'replaceHistoryWithCompaction', 'setMetadata'])
})
