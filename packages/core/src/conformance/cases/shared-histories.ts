import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry } from '../../session/entries.ts'
import { waitersOf } from '../../session/lease/waiting-line.ts'
import type { SessionStore } from '../../session/session-store.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, message } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'
import type { WorkerProcess } from '../processes.ts'

const [processes, waiters] = [3, 6]
const all = Number.MAX_SAFE_INTEGER
const [writers, batches, size] = [2, 8, 3]
/** What is written when all else is there, so that who watches knows when to stop, also where something was missed. */
const last = 'the last one'

/** All entries as a process sees them that watches from the beginning, and goes on with a store opened anew after the first of them. */
async function follow(worker: WorkerProcess, sessionId: string): Promise<Entry<Item>[]> {
  const first = await worker.run<Entry<Item>[]>({ type: 'watch', sessionId, after: null, count: 12, last })
  const newest = first.at(-1)
  if (newest === undefined || newest.item.content === last) return first
  await worker.run({ type: 'close' })
  const rest = await worker.run<Entry<Item>[]>({ type: 'watch', sessionId, after: newest.id, count: all, last })
  return [...first, ...rest]
}

export const sharedHistoryCases: readonly CaseDefinition[] = [
  {
    id: 'exclusive/processes',
    title:
      'loses no update of a counter that waiters in three processes read and write, and serves all processes in turn',
    store: true,
    needs: ['multiProcess', 'durable'],
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      const workers = await t.workers(processes)
      await Promise.all(workers.map((worker) => worker.run({ type: 'read', sessionId: id })))
      await using held = await session.acquire()
      const counting = Promise.all(
        workers.map((worker, index) => worker.run({ type: 'count', sessionId: id, writer: `p${index}`, waiters })),
      )
      // Whoever is late to wait is served late, which says nothing of the store.
      const allWait = await standInLine(store, id, processes)
      await held.release()
      await counting
      const grants = (await session.getItems()).map(({ content }) => String(content).split('/'))
      const counted = Array.from({ length: processes * waiters }, (_, index) => `${index + 1}`)
      assertEqual(
        grants.map(([count]) => count),
        counted,
        'the counter',
      )
      const served = new Set(grants.slice(0, counted.length / 2).map(([, writer]) => writer))
      if (allWait) assert.equal(served.size, processes, 'a process waited while others were served again and again')
      assert.equal(await store.leaseOf(id), undefined, 'somebody still holds')
    },
  },
  {
    id: 'watch/processes',
    title:
      'gives every entry once, in order, to processes that watch while others write, also after they open the store anew',
    store: true,
    needs: ['multiProcess', 'durable'],
    async run(t) {
      const { id, session } = await offered(t, 'entries')
      const workers = await t.workers(writers + 2)
      const write = async (): Promise<void> => {
        const writing = workers
          .slice(0, writers)
          .map((worker, index) => worker.run({ type: 'append', sessionId: id, writer: `p${index}`, batches, size }))
        await Promise.all(writing)
        await session.addItems([message(last)])
      }
      const [, ...seen] = await Promise.all([write(), ...workers.slice(writers).map((worker) => follow(worker, id))])
      const { entries } = await session.page({ limit: 1_000 })
      assert.equal(entries.length, writers * batches * size + 1)
      const places = entries.map(({ id: place, item }) => [place, item])
      for (const given of seen)
        assertEqual(
          given.map(({ id: place, item }) => [place, item]),
          places,
          'what was given',
        )
    },
  },
]

/** Whether so many processes wait for the session; `false` where they do not within some seconds, as on a machine that is busy. */
async function standInLine(store: SessionStore, id: string, count: number): Promise<boolean> {
  for (let looks = 0; looks < 500; looks++) {
    if (waitersOf(await store.records.lease(id)).length === count) return true
    await sleep(20)
  }
  return false
}
