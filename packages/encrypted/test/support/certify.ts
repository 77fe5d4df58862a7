import type { SessionStore } from '@sessions/core'
import type { StoreHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { testKey } from './keys.ts'

/** What it takes to certify encryption over a store. */
export type Backend = Omit<StoreHarness, 'open'> & { open(): SessionStore }

/**
 * Runs the kit on encryption over a backend; of several variants, each has a name.
 * @param except - cases of what the format refuses, and documents, or that encryption over another backend has had
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
  describeConformance(harness, { reports: '.conformance', timeoutMs: 300_000, except })
}
