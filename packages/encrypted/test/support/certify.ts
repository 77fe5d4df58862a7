import type { SessionStore } from '@sessions/core'
import { CaseSkipped, conformanceCases, type StoreHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { describe, it } from 'vitest'
import { testKey } from './keys.ts'

/** What it takes to certify encryption over a store. */
export type Backend = Omit<StoreHarness, 'open'> & { open(): SessionStore }

/**
 * Runs the kit on encryption over a backend; of several variants, each has a name.
 * @param except - cases of what the format refuses, and documents
 */
export function certify(
  backend: Backend,
  {
    variant = '',
    options = {},
    except = [],
  }: { variant?: string; options?: EncryptionOptions; except?: readonly string[] } = {},
): void {
  const encryption = { encryptionKey: testKey(), ...options }
  const harness: StoreHarness = {
    ...backend,
    name: `EncryptedStore over ${backend.name}${variant}`,
    open: async () => new EncryptedStore({ store: backend.open(), ownsStore: true, ...encryption }),
  }
  if (except.length === 0) {
    describeConformance(harness, { reports: '.conformance', timeoutMs: 300_000 })
    return
  }
  const cases = conformanceCases(harness, { timeoutMs: 300_000 }).filter(
    ({ id, skip }) => !except.includes(id) && skip === undefined,
  )
  describe(harness.name, () => {
    it.each(cases)('$id', async (test) => {
      await test.run().catch((error: unknown) => {
        if (!(error instanceof CaseSkipped)) throw error
      })
    })
  })
}
