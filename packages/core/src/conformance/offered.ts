import { SessionError } from '../errors/session-error.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { StoredSession } from '../session/stored-session.ts'
import { Background } from './background.ts'
import { CaseSkipped } from './case-skipped.ts'
import type { CaseContext } from './context.ts'
import { type Harness, isStoreHarness } from './harness.ts'
import type { Item } from './item.ts'
import type { Offer } from './offer.ts'
import { withinTime } from './within-time.ts'

const probes: Readonly<Record<Offer, (store: SessionStore, id: string) => Promise<unknown>>> = {
  entries: (store, id) => store.session(id).page(),
  leases: (store, id) => store.leaseOf(id),
  restore: (store) => store.moves.restore([]),
}

/** Whether the store offers it: it says so by not refusing. */
export async function offers(store: SessionStore, offer: Offer): Promise<boolean> {
  try {
    await probes[offer](store, 'probe')
    return true
  } catch (error) {
    if (error instanceof SessionError && error.code === 'SESSION_UNSUPPORTED') return false
    throw error
  }
}

/** What the store of a harness offers; `undefined` for sessions, and where it cannot be asked: the cases say what is wrong. */
export async function offersOf(harness: Harness, timeoutMs: number): Promise<Record<Offer, boolean> | undefined> {
  if (!isStoreHarness(harness)) return undefined
  let found: Record<Offer, boolean> | undefined
  try {
    await new Background().run(() =>
      withinTime(timeoutMs, 'The store had not said what it offers', async () => {
        await harness.reset()
        const store = await harness.open()
        try {
          const asked = Object.keys(probes).map(async (offer) => [offer, await offers(store, offer as Offer)] as const)
          found = Object.fromEntries(await Promise.all(asked)) as Record<Offer, boolean>
        } finally {
          await store.close()
        }
      }),
    )
  } catch {
    // Whatever failed, in the background too, is no case's.
  }
  return found
}

/** A session of a store that offers it. Skips the case where it does not; another case sees that it is refused. */
export async function offered(
  t: CaseContext,
  offer: Offer,
): Promise<{ store: SessionStore; id: string; session: StoredSession<Item> }> {
  const [store, id] = [await t.store(), t.id()]
  if (!(await offers(store, offer))) throw new CaseSkipped(`the store offers no ${offer}`)
  return { store, id, session: store.session<Item>(id) }
}
