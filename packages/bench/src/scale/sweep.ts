import type { SessionStore } from '@sessions/core'
import type { Item } from '../peers/contender.ts'
import { items } from '../peers/items.ts'
import { median } from '../report/figures.ts'
import type { Ground } from './grounds.ts'
import type { Step } from './results.ts'

const mebibyte = 1024 ** 2
/** What is measured is repeated so often, or until so many milliseconds are over. */
const repeats = 50
const budgetMs = 2_000

async function microseconds(work: (index: number) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  const begin = performance.now()
  while (times.length < repeats && (times.length === 0 || performance.now() - begin < budgetMs)) {
    const start = performance.now()
    await work(times.length)
    times.push((performance.now() - start) * 1_000)
  }
  return rounded(median(times))
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

async function spaceOf({ used }: Ground): Promise<Pick<Step, 'diskMiB' | 'serverMiB' | 'heapMiB'>> {
  const { diskBytes, serverBytes } = await used()
  globalThis.gc?.()
  return {
    diskMiB: rounded(diskBytes / mebibyte),
    ...(serverBytes === undefined ? {} : { serverMiB: rounded(serverBytes / mebibyte) }),
    heapMiB: rounded(process.memoryUsage().heapUsed / mebibyte),
  }
}

function stepsUpTo(largest: number): number[] {
  return [100, 1_000, 10_000, 100_000, 1_000_000].filter((count) => count <= largest)
}

/** More and more sessions of a few items each, appended a thousand at once. */
export async function sweepSessions(ground: Ground, largest: number, ofEach: number): Promise<Step[]> {
  const { store, unindexed } = ground
  const batch = items(ofEach)
  const [one = { role: 'user', content: '' } as const] = items(1)
  const steps: Step[] = []
  let there = 0
  for (const count of stepsUpTo(largest)) {
    for (; there < count; there += 100) {
      const added = Array.from({ length: 100 }, (_, index) => store.session<Item>(`session-${there + index}`))
      await Promise.all(added.map((session) => session.addItems(batch)))
    }
    const space = await spaceOf(ground)
    const some = (index: number): string => `session-${Math.floor((index * count) / repeats)}`
    steps.push({
      count,
      append: await microseconds((index) => store.session<Item>(some(index)).addItems([one])),
      last20: await microseconds((index) => store.session<Item>(some(index)).getItems(20)),
      newest20: await microseconds(() => newest20(store)),
      ...(unindexed && { scanned20: await microseconds(() => newest20(unindexed)) }),
      ...space,
    })
  }
  return steps
}

async function newest20(store: SessionStore): Promise<void> {
  for await (const _ of store.listSessions({ limit: 20 }));
}

/** One session of more and more items. */
export async function sweepItems(ground: Ground, largest: number): Promise<Step[]> {
  const session = ground.store.session<Item>('long')
  const [one = { role: 'user', content: '' } as const] = items(1)
  const steps: Step[] = []
  let there = 0
  for (const count of stepsUpTo(largest)) {
    while (there < count) {
      const added = items(Math.min(1_000, count - there), there)
      await session.addItems(added)
      there += added.length
    }
    const space = await spaceOf(ground)
    steps.push({
      count,
      append: await microseconds(() => session.addItems([one])),
      last20: await microseconds(() => session.getItems(20)),
      ...space,
    })
  }
  return steps
}
