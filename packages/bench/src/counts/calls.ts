import type { SessionStore } from '@sessions/core'

interface Item {
  role: string
  content: string
}

/** Prepares a call; what it resolves to is the call itself, of which the cost is counted. @param round - grows with each time */
type Call = (store: SessionStore, round: number) => Promise<() => Promise<unknown>>

/** About 200 bytes each. */
function items(count: number): Item[] {
  return Array.from({ length: count }, () => ({ role: 'user', content: 'a short message '.repeat(10) }))
}

/** The ordinary calls, as a server makes them: each through a new handle. */
export const calls: Readonly<Record<string, Call>> = {
  'append 1': async (store) => () => store.session<Item>('short').addItems(items(1)),
  'append 10': async (store) => () => store.session<Item>('short').addItems(items(10)),
  'first append of a session': async (store, round) => () =>
    store.session<Item>(`new-${padded(round)}`).addItems(items(1)),
  'last 20': async (store) => () => store.session('long').getItems(20),
  'all 1,000': async (store) => () => store.session('long').getItems(),
  'pop 1': async (store) => {
    await store.session<Item>('short').addItems(items(1))
    return () => store.session('short').popItem()
  },
  'info of a session': async (store) => () => store.getSessionInfo('long'),
  'newest 20 of sessions': async (store) => async () => {
    for await (const _ of store.listSessions({ limit: 20 }));
  },
  'page of 20': async (store) => () => store.session('long').page({ limit: 20 }),
  'a turn: read all 100, append 4': async (store) => async () => {
    const session = store.session<Item>('turns')
    await session.getItems()
    await session.addItems(items(4))
  },
  'take a free lease, give it back': async (store) => () => store.session('short').exclusive(() => undefined),
  'look of a watch that finds nothing': async (store) => {
    const given = new AbortController()
    const events = store.session('watched').watch({ after: null, signal: given.signal })[Symbol.asyncIterator]()
    await events.next()
    return async () => {
      const look = events.next()
      // It looks first, and then hears that it is to end instead of waiting for another second.
      given.abort()
      await look.catch((error: unknown) => {
        if (error !== given.signal.reason) throw error
      })
    }
  },
  '100 sessions append at once': async (store) => () =>
    Promise.all(hundred.map((index) => store.session<Item>(`many-${index}`).addItems(items(1)))),
  '100 new sessions append at once': async (store, round) => () =>
    Promise.all(hundred.map((index) => store.session<Item>(`new-${padded(round)}-${index}`).addItems(items(1)))),
}

const hundred = Array.from({ length: 100 }, (_, index) => padded(index))

/** Ids of one length. */
function padded(index: number): string {
  return `${index}`.padStart(2, '0')
}

/** What the calls find: 120 sessions, so that a listing has more than it is to give. */
export async function seed(store: SessionStore): Promise<void> {
  const lengths = { long: 1_000, turns: 100, short: 20, watched: 20 }
  for (const [id, length] of Object.entries(lengths)) await store.session<Item>(id).addItems(items(length))
  for (const index of hundred) await store.session<Item>(`many-${index}`).addItems(items(1))
}
