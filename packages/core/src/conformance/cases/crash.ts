import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertWholeBatches, batch, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { whenRaced } from '../timing.ts'

const [kills, sessions] = [5, 4]
/** So many that a kill rather falls between two items than between two batches. */
const batchSize = 40
/** How far into the first use of a storage it is killed, as parts of what a first use has taken. */
const killsAt = [0, 0.1, 0.25, 0.4, 0.6, 0.8]

export const crashCases: readonly CaseDefinition[] = [
  {
    id: 'crash/acknowledged-survive',
    title: 'keeps every acknowledged batch and tears none when the writer is killed in the middle of appending',
    store: true,
    needs: ['durable'],
    async run(t) {
      // Several at the same moment: while one is written, others stand in the middle, and a kill finds one there.
      const ids = Array.from({ length: sessions }, () => t.id())
      const [sessionId = '', ...beside] = ids
      const acknowledged: number[] = []
      for (const [kill, worker] of (await t.newWorkers(kills)).entries()) {
        const task = {
          type: 'append',
          sessionId,
          beside,
          writer: `k${kill}`,
          batches: 100_000,
          size: batchSize,
        } as const
        acknowledged.push(await worker.killWhileWriting(task, 1 + t.random.integer(12), t.random.integer(6)))
      }
      const store = await t.store()
      for (const id of ids) {
        const counts = assertWholeBatches(await store.session<Record<string, unknown>>(id).getItems())
        for (const [kill, count] of acknowledged.entries()) {
          const found = counts.get(`k${kill}`) ?? 0
          assert.ok(found >= count, `killed writer ${kill}: ${count} batches acknowledged, ${found} found`)
        }
      }
    },
  },
  {
    id: 'crash/next-writer',
    title: 'lets the next process read and write after one was killed',
    store: true,
    needs: ['durable'],
    async run(t) {
      const id = t.id()
      const [next, ...others] = await t.newWorkers(4)
      // More than one: a kill may fall between two writes.
      for (const [index, killed] of others.entries()) {
        const task = { type: 'append', sessionId: id, writer: `k${index}`, batches: 100_000, size: 3 } as const
        await killed.killWhileWriting(task, 5, 2 * index)
      }
      await next?.run({ type: 'append', sessionId: id, writer: 'n', batches: 3, size: 3 })
      await next?.stop()
      const session = await t.session(id)
      assert.equal(assertWholeBatches(await session.getItems()).get('n'), 3)
      await session.addItems(messages(1))
      assertEqual(await session.popItem(), messages(1)[0])
    },
  },
  {
    id: 'crash/replaced-whole',
    title: 'holds one history whole when the writer is killed in the middle of replacing it',
    store: true,
    needs: ['durable'],
    async run(t) {
      for (const worker of await t.newWorkers(kills)) {
        const id = t.id()
        const task = { type: 'replace', sessionId: id, writer: 'w', times: 100_000, size: batchSize } as const
        const acknowledged = await worker.killWhileWriting(task, 1 + t.random.integer(8), t.random.integer(6))
        const store = await t.anotherStore()
        const items = await store.session<Item>(id).getItems()
        const version = Number(String(items[0]?.content).split('/')[1])
        assertEqual(items, batch('w', version, batchSize), `the history after ${acknowledged} acknowledged replaces`)
        assert.ok(version >= acknowledged - 1, `${acknowledged} replaces acknowledged, version ${version} found`)
        // The next one may be the only one that has the storage open.
        await store.close()
      }
    },
  },
  {
    id: 'crash/while-opening',
    title: 'opens a storage whose first user was killed while making it',
    store: true,
    needs: ['durable'],
    async run(t) {
      const task = { type: 'append', sessionId: t.id(), writer: 'k', batches: 1, size: 3 } as const
      const [whole] = await t.newWorkers(1)
      await whole?.run(task)
      const [start, end] = whole?.firstUse ?? [0, 0]
      await whole?.stop()
      await whenRaced('a process was killed in the middle of its first use', async () => {
        let killed = 0
        for (const [index, worker] of (await t.newWorkers(killsAt.length)).entries()) {
          await t.reset()
          if (await worker.killInFirstUse(task, (end - start) * (killsAt[index] ?? 0))) killed++
          const store = await t.anotherStore()
          const session = store.session<Item>(task.sessionId)
          await session.addItems(batch('n', 0, 3))
          assert.equal(assertWholeBatches(await session.getItems()).get('n'), 1)
          await store.close()
        }
        return killed > 1
      })
    },
  },
]
