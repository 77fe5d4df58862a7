import type { SessionStore } from '@sessions/core'
import type { StoreHarness } from '@sessions/core/conformance'
import { describeConformance } from '@sessions/core/conformance/vitest'
import { EncryptedStore, type EncryptionOptions } from '@sessions/encrypted'
import { testKey } from './keys.ts'

/** What it takes to certify encryption over a store. */
export type Backend = Omit<StoreHarness, 'open'> & { open(): SessionStore }

/** Runs the kit on encryption over a backend; of several variants, each has a name. */
export function certify(
  backend: Backend,
  { variant = '', options = {} }: { variant?: string; options?: EncryptionOptions } = {},
): void {
  const encryption = { encryptionKey: testKey(), ...options }
  describeConformance(
    {
      ...backend,
      name: `EncryptedStore over ${backend.name}${variant}`,
      open: async () => new EncryptedStore({ store: backend.open(), ownsStore: true, ...encryption }),
    },
    { reports: '.conformance' },
  )
}
