import type { LongCall } from '@sessions/core'
import { type IndexedListing, namedIds } from './indexed-listing.ts'
import { atOnce, scanIds } from './listing.ts'

/**
 * Puts into the index what a scan finds: sessions from before it, and what was written by those who do not keep it. Many may do it at a time,
 * and write meanwhile. From then on nothing is missing.
 */
export async function fillIndex(listing: IndexedListing, call?: LongCall): Promise<void> {
  await reconcileAll(listing, scanIds(listing, ''), call)
  await listing.index.complete()
}

/** Takes out of the index what is over, and puts right what it says of the rest. */
export async function pruneIndex(listing: IndexedListing, call?: LongCall): Promise<void> {
  await reconcileAll(listing, namedIds(listing, ''), call)
}

async function reconcileAll(
  { index, locate }: IndexedListing,
  portions: AsyncIterable<string[]>,
  call: LongCall | undefined,
): Promise<void> {
  for await (const ids of portions) {
    for (let start = 0; start < ids.length; start += atOnce) {
      const some = ids.slice(start, start + atOnce)
      await Promise.all(some.map(async (id) => index.reconcile(id, await locate(id))))
      // No session goes by it.
      await call?.step({ done: 0 })
    }
  }
}
