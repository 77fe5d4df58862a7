import type { Lifecycle } from '../call/lifecycle.ts'
import type { RecordHolder } from './store-hooks.ts'

/** Keeps a store open, and those beneath it. @throws SESSION_CLOSED where one of them is closed, and then holds none */
export function holdWithBeneath(
  lifecycle: Lifecycle,
  beneath: RecordHolder | undefined,
): { of: readonly object[]; release: () => void } {
  const release = lifecycle.hold()
  if (beneath === undefined) return { of: [lifecycle], release }
  try {
    const held = beneath.records.hold()
    const releaseAll = (): void => {
      release()
      held.release()
    }
    return { of: [lifecycle, ...held.of], release: releaseAll }
  } catch (error) {
    release()
    throw error
  }
}

/** Calls `onClose` as soon as one of them is being closed. What it returns ends it. */
export function onCloseWithBeneath(
  lifecycle: Lifecycle,
  beneath: RecordHolder | undefined,
  onClose: () => void,
): () => void {
  const ends = [lifecycle.onClose(onClose), beneath?.records.onClose(onClose)]
  return () => {
    for (const end of ends) end?.()
  }
}
