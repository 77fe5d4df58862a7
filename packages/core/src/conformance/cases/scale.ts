import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { SessionStore } from '../../session/session-store.ts'
import { StoreHooks } from '../../store/store-hooks.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { assertEqual, collect, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

const few = 1_000
const many = 100_000
const batchSize = 5_000
/** How much longer the same may take in a history that is a hundred times as long. */
const maxRatio = 10
/** Milliseconds that say nothing: of a machine with other things to do, of a plan for statistics that are not there yet. */
const noiseMs = 60
/** Items of one batch: many pages. */
const largeBatch = 40_000
/** How much longer the last quarter of a batch may take than the first. */
const maxSlowdown = 3
/** So little that measuring again would say nothing else. */
const noSlowdown = 1.5
/** So long that nobody reads 100,000 of them in that time. */
const text = 'a sentence of some length, as people write to each other '.repeat(4)

async function fill(store: SessionStore, id: string, count: number): Promise<void> {
  const items = messages(Math.min(count, batchSize), text)
  for (let written = 0; written < count; written += items.length) await store.session<Item>(id).addItems(items)
}

/** The fastest of several, which the rest of the machine has disturbed the least; by turns, so that it disturbs all alike. */
async function fastest(...works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const fastest = works.map(() => Infinity)
  for (let time = 0; time < 7; time++) {
    for (const [index, work] of works.entries()) {
      const start = performance.now()
      await work()
      fastest[index] = Math.min(fastest[index] ?? Infinity, performance.now() - start)
    }
  }
  return fastest
}

/** Bytes that are in use, and not only not collected yet. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

export const scaleCases: readonly CaseDefinition[] = [
  {
    id: 'scale/newest-of-many',
    title: 'reads, appends and pops the newest of 100,000 items about as fast as of 1,000',
    store: true,
    async run(t) {
      const store = await t.store()
      await fill(store, 'few', few)
      await fill(store, 'many', many)
      const [short, long] = [store.session<Item>('few'), store.session<Item>('many')]
      assertEqual(await long.getItems(2), messages(batchSize, text).slice(-2))
      const calls = {
        'getItems(20)': (session: typeof short) => session.getItems(20),
        'addItems and popItem': async (session: typeof short) => {
          await session.addItems(messages(1))
          await session.popItem()
        },
      }
      for (const [name, call] of Object.entries(calls)) {
        const [ofFew = 0, ofMany = 0] = await fastest(
          () => call(short),
          () => call(long),
        )
        const what = `${name} took ${ofMany.toFixed(1)} ms with ${many} items and ${ofFew.toFixed(1)} ms with ${few}`
        assert.ok(ofMany <= ofFew * maxRatio + noiseMs, what)
      }
    },
  },
  {
    id: 'scale/one-batch',
    title: 'iterates over the end of one large batch, whose items have one time, about as fast as over its beginning',
    store: true,
    async run(t) {
      const session = (await t.store()).session<Item>('batch')
      await session.addItems(messages(largeBatch))
      const share = largeBatch / 4
      let [ratio, first, last] = [Infinity, Infinity, Infinity]
      // The best of some, of each part by itself: the rest of the machine may disturb one or the other, in any run.
      for (let time = 0; time < 3 && ratio > noSlowdown; time++) {
        const quarters: number[] = []
        let [count, start] = [0, performance.now()]
        for await (const item of session.items({ pageSize: 250 })) {
          assert.equal(item.content, `message ${count}`)
          if (++count % share > 0) continue
          quarters.push(performance.now() - start)
          start = performance.now()
        }
        assert.equal(count, largeBatch)
        first = Math.min(first, quarters[0] ?? 0)
        last = Math.min(last, quarters.at(-1) ?? 0)
        ratio = last / (first + noiseMs)
      }
      const what = `the last quarter of ${largeBatch} items took ${ratio.toFixed(1)} times as long as the first`
      assert.ok(ratio <= maxSlowdown, what)
    },
  },
  {
    id: 'scale/iteration-memory',
    title: 'iterates over 50,000 items in a quarter of the memory that all of them take',
    store: true,
    async run(t) {
      const store = await t.store()
      if (!('_page' in store)) throw new CaseSkipped('the store has no _page(), so items() reads all at once')
      // A wrapper keeps what it needs of each page, and what is in memory already takes no more of it.
      if (Reflect.get(store, '_pages') !== Reflect.get(StoreHooks.prototype, '_pages')) {
        throw new CaseSkipped('the store has its own _pages()')
      }
      await fill(store, 'many', many / 2)
      const session = store.session<Item>('many')
      const before = usedBytes()
      const all = await collect(session.items())
      const ofAll = usedBytes() - before
      assert.equal(all.length, many / 2)
      all.length = 0
      const start = usedBytes()
      let [count, most] = [0, 0]
      for await (const _ of session.items({ pageSize: 500 })) {
        if (++count % (many / 8) === 0) most = Math.max(most, usedBytes() - start)
      }
      assert.equal(count, many / 2)
      const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
      assert.ok(most <= ofAll / 4, `iterating took ${mebibytes(most)}, all items take ${mebibytes(ofAll)}`)
    },
  },
]
