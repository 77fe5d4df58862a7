import type { LeaseInfo } from './api.ts'

/** What the page asks to be done, as JSON; it says what it saw, so that nothing else is changed than what was agreed to. */

/** What going back to an entry would remove. */
export interface RewindPlan {
  removes: number
  /** How many of those cannot be read: they are not removed unseen. */
  unreadable: number
  /** How many calls before them lose their results. */
  unanswered: number
  /** The first that goes. */
  next?: string
  /** The newest entry, that one included. */
  newest: string
  lease?: LeaseInfo
}

/** Removes what follows `entry`, if `newest` is still the newest. */
export interface RewindRequest {
  id: string
  entry: string
  newest: string
  removes: number
}

export interface ForkRequest {
  id: string
  to: string
  /** The last entry to take. */
  upTo?: string
}

/** `saw` and `metadata` are without `usage`, which stays. */
export interface MetadataRequest {
  id: string
  saw: Readonly<Record<string, unknown>>
  metadata: Readonly<Record<string, unknown>>
}

export interface DeleteRequest {
  id: string
  /** As the page saw it: whatever happened since, the session is not deleted. */
  updatedAt: string
}

export interface ExportRequest {
  ids: readonly string[]
}

/** What becomes of metadata: keys with new values, and keys that go. */
export interface MetadataChange {
  set: Readonly<Record<string, unknown>>
  unset: readonly string[]
}

export function metadataChange({ saw, metadata }: Omit<MetadataRequest, 'id'>): MetadataChange {
  const isNew = ([key, value]: [string, unknown]): boolean => JSON.stringify(value) !== JSON.stringify(saw[key])
  return {
    set: Object.fromEntries(Object.entries(metadata).filter(isNew)),
    unset: Object.keys(saw).filter((key) => !Object.hasOwn(metadata, key)),
  }
}
