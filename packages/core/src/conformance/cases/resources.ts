import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { SessionError } from '../../errors/session-error.ts'
import type { CaseDefinition } from '../case.ts'
import { assertItems, collect, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

const callsEach = 100
/** Milliseconds for buffers to be given back after a collection. */
const settleMs = 10
/** Bytes that a call may leave behind, far more than counters and caches of plans do. */
const maxLeakBytes = 16 * 1024
/** Milliseconds for which one small call may keep the event loop, at its best. */
const maxBlockMs = 20
const attempts = 40

/**
 * In use, and not only not collected yet; buffers outside of the heap too, which are given back beside the program, some time after the
 * collection that found them unused.
 */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let time = 0; time < 3; time++) {
    collect()
    await sleep(settleMs)
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The longest time during the call in which the event loop did not come round. */
async function longestBlockMs(call: () => Promise<unknown>): Promise<number> {
  let [last, longest, done] = [performance.now(), 0, false]
  const turn = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (!done) setImmediate(turn)
  }
  setImmediate(turn)
  await call()
  longest = Math.max(longest, performance.now() - last)
  done = true
  return longest
}

export const resourceCases: readonly CaseDefinition[] = [
  {
    id: 'scale/memory',
    title: 'holds on to nothing of a call that has ended',
    store: true,
    async run(t) {
      const store = await t.store()
      const session = store.session<Item>(t.id())
      await session.addItems(messages(20))
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        'getItems()': () => session.getItems(),
        'getItems(2)': () => session.getItems(2),
        'addItems() and popItem()': async () => {
          await session.addItems(messages(1))
          await session.popItem()
        },
        'info()': () => session.info(),
        ...(t.has('list') && { 'listSessions()': () => collect(store.listSessions({ limit: 1 })) }),
        'session()': () => store.session<Item>('another').getItems(),
      }
      for (const [name, call] of Object.entries(calls)) {
        let leaked = Infinity
        // What others in this process allocate meanwhile is not the call's: the least of several counts.
        for (let round = 0; round < 3 && leaked > maxLeakBytes; round++) {
          for (let warm = 0; warm < 20; warm++) await call()
          const before = await usedBytes()
          for (let time = 0; time < callsEach; time++) await call()
          leaked = Math.min(leaked, ((await usedBytes()) - before) / callsEach)
        }
        assert.ok(leaked <= maxLeakBytes, `${name} leaves ${Math.round(leaked / 1024)} KiB behind each time`)
      }
    },
  },
  {
    id: 'scale/event-loop',
    title: 'keeps the event loop for no more than 20 ms in a small read or write, at its best',
    store: true,
    async run(t) {
      const session = (await t.store()).session<Item>(t.id())
      await session.addItems(messages(20))
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        'addItems()': () => session.addItems(messages(1)),
        'popItem()': () => session.popItem(),
        'getItems(2)': () => session.getItems(2),
        'info()': () => session.info(),
      }
      for (const [name, call] of Object.entries(calls)) {
        // A busy machine holds up some calls, and a store that blocks holds up all.
        let best = Infinity
        for (let attempt = 0; attempt < attempts && best > maxBlockMs; attempt++) {
          best = Math.min(best, await longestBlockMs(call))
        }
        assert.ok(best <= maxBlockMs, `each of ${attempts} calls of ${name} blocked for ${best.toFixed(0)} ms or more`)
      }
    },
  },
  {
    id: 'durable/one-at-a-time',
    title: 'refuses a second instance clearly where instances do not share, and serves it once the first is closed',
    store: true,
    needs: ['durable'],
    without: ['shared'],
    async run(t) {
      const id = t.id()
      const first = await t.anotherStore()
      await first.session<Item>(id).addItems(messages(2))
      const use = async (): Promise<void> => {
        const second = await t.anotherStore()
        await second.session<Item>(id).addItems(messages(1))
      }
      const error = await use().then(
        () => undefined,
        (reason: unknown) => reason ?? 'nothing',
      )
      assert.ok(error instanceof SessionError, `expected a SessionError of the second instance, got ${error}`)
      await assertItems(first.session<Item>(id), messages(2))
      await first.session<Item>(id).addItems(messages(1))
      await first.close()
      await assertItems((await t.anotherStore()).session<Item>(id), [...messages(2), ...messages(1)])
    },
  },
]
