import { randomUUID } from 'node:crypto'
import type { Item, Store } from './contender.ts'
import { difference, items } from './items.ts'
import { longestStop } from './longest-stop.ts'
import type { Sizes } from './sizes.ts'

/** One round of one contender. */
export interface Round {
  milliseconds: number
  operations: number
  /** The longest time for which the event loop stood still, where that is asked. */
  stopMilliseconds?: number
}

/** What is done between rounds, in the process of the contender. */
export interface Prepared {
  /** What came back wrong when it was tried, so that nothing is timed. */
  wrong?: string | undefined
  round(): Promise<Round>
}

export interface Workload {
  /** In the raw results. */
  readonly id: string
  title(sizes: Sizes): string
  /** Whether the contender offers what is asked. */
  offered?(store: Store): boolean
  prepare(store: Store, sizes: Sizes): Promise<Prepared>
}

/** Does it so often, or until the time of the round is over. */
async function times(count: number, { roundMs }: Sizes, work: () => Promise<unknown>): Promise<Round> {
  const begin = performance.now()
  let operations = 0
  while (operations < count && performance.now() - begin < roundMs) {
    await work()
    operations++
  }
  return { milliseconds: performance.now() - begin, operations }
}

/** A session of so many items, appended by hundreds. */
async function seeded(store: Store, count: number): Promise<string> {
  const sessionId = `seeded-${count}-${randomUUID()}`
  const all = items(count)
  for (let from = 0; from < count; from += 100) await store.append(sessionId, all.slice(from, from + 100))
  return sessionId
}

/** Tries two appends, of one item and of several, and looks at what is stored. */
async function appendsRight(store: Store): Promise<string | undefined> {
  const sessionId = `tried-${randomUUID()}`
  await store.append(sessionId, items(1))
  await store.append(sessionId, items(10, 1))
  return difference(await store.all(sessionId), items(11))
}

function appending(id: string, count: number, often: number): Workload {
  const batch = items(count)
  return {
    id,
    title: () => `append ${count}`,
    async prepare(store, sizes) {
      const wrong = await appendsRight(store)
      return {
        wrong,
        // Each round has a session of its own, which the number of rounds does not make longer.
        async round() {
          const sessionId = await seeded(store, 20)
          return times(often, sizes, () => store.append(sessionId, batch))
        },
      }
    },
  }
}

function reading(
  id: string,
  title: Workload['title'],
  size: 'long' | 'middle',
  often: number,
  count?: number,
): Workload {
  const read = (store: Store, sessionId: string): Promise<Item[]> =>
    count === undefined ? store.all(sessionId) : (store.last?.(sessionId, count) ?? Promise.resolve([]))
  return {
    id,
    title,
    offered: (store) => count === undefined || store.last !== undefined,
    async prepare(store, sizes) {
      // A long history takes long to append: it is not begun where a short one comes back wrong.
      const short = await appendsRight(store)
      const sessionId = await seeded(store, short === undefined ? sizes[size] : 1)
      const expected = items(sizes[size]).slice(-(count ?? sizes[size]))
      return {
        wrong: short ?? difference(await read(store, sessionId), expected),
        round: () => times(often, sizes, () => read(store, sessionId)),
      }
    },
  }
}

const [one = { role: 'user', content: '' } as const] = items(1)

const atOnce: Workload = {
  id: 'at-once',
  title: ({ sessions }) => `${sessions.toLocaleString('en')} sessions append at once`,
  async prepare(store, { sessions }) {
    const ids = Array.from({ length: sessions }, (_, index) => `at-once-${index}`)
    const all = (): Promise<unknown> =>
      store.appendEach?.(ids, one) ?? Promise.all(ids.map((id) => store.append(id, [one])))
    await all()
    const looked = ids.filter((_, index) => index % Math.ceil(sessions / 20) === 0)
    const stored = await Promise.all(looked.map((id) => store.all(id)))
    return {
      wrong: stored.map((got) => difference(got, [one])).find((found) => found !== undefined),
      async round() {
        let milliseconds = 0
        const stopMilliseconds = await longestStop(async () => {
          const begin = performance.now()
          await all()
          milliseconds = performance.now() - begin
        })
        return { milliseconds, operations: 1, stopMilliseconds }
      },
    }
  },
}

const awaited: Workload = {
  id: 'awaited',
  title: ({ sessions }) => `one of ${sessions.toLocaleString('en')} appends that await each other`,
  async prepare(store, sizes) {
    const wrong = await appendsRight(store)
    return {
      wrong,
      async round() {
        let round: Round = { milliseconds: 0, operations: 0 }
        const sessionId = await seeded(store, 20)
        const stopMilliseconds = await longestStop(async () => {
          round = await times(sizes.sessions, sizes, () => store.append(sessionId, [one]))
        })
        return { ...round, stopMilliseconds }
      },
    }
  },
}

const pop: Workload = {
  id: 'pop',
  title: () => 'pop',
  offered: (store) => store.pop !== undefined,
  async prepare(store, sizes) {
    const tried = await seeded(store, 5)
    const popped = await store.pop?.(tried)
    const wrong = difference([popped], items(1, 4)) ?? difference(await store.all(tried), items(4))
    return {
      wrong,
      async round() {
        const sessionId = await seeded(store, 40)
        return times(20, sizes, async () => store.pop?.(sessionId))
      },
    }
  },
}

const turn: Workload = {
  id: 'turn',
  title: ({ middle }) => `a turn: read all of ${middle.toLocaleString('en')}, append 4`,
  async prepare(store, sizes) {
    const sessionId = await seeded(store, sizes.middle)
    const work = async (): Promise<Item[]> => {
      const read = await store.all(sessionId)
      await store.append(sessionId, items(4, read.length))
      return read
    }
    await work()
    return {
      wrong: difference(await store.all(sessionId), items(sizes.middle + 4)),
      round: () => times(5, sizes, work),
    }
  },
}

/** What is timed within the process of the contender, round by round. */
export const workloads: readonly Workload[] = [
  appending('append-1', 1, 40),
  appending('append-10', 10, 20),
  atOnce,
  awaited,
  reading('last-20', ({ long }) => `last 20 of ${long.toLocaleString('en')}`, 'long', 40, 20),
  reading('all', ({ middle }) => `all ${middle.toLocaleString('en')}`, 'middle', 5),
  pop,
  turn,
]
