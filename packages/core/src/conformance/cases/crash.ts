import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertWholeBatches, messages } from '../fixtures.ts'

const kills = 5
/** So many that a kill rather falls between two items than between two batches. */
const batchSize = 40

export const crashCases: readonly CaseDefinition[] = [
  {
    id: 'crash/acknowledged-survive',
    title: 'keeps every acknowledged batch and tears none when the writer is killed in the middle of appending',
    store: true,
    needs: ['durable'],
    async run(t) {
      const id = t.id()
      const acknowledged: number[] = []
      for (let kill = 0; kill < kills; kill++) {
        const [worker] = await t.workers(1)
        const task = { type: 'append', sessionId: id, writer: `k${kill}`, batches: 100_000, size: batchSize } as const
        acknowledged.push((await worker?.killWhileAppending(task, 1 + t.random.integer(12), t.random.integer(6))) ?? 0)
      }
      const store = await t.store()
      const counts = assertWholeBatches(await store.session<Record<string, unknown>>(id).getItems())
      for (const [kill, count] of acknowledged.entries()) {
        const found = counts.get(`k${kill}`) ?? 0
        assert.ok(found >= count, `killed writer ${kill}: ${count} batches acknowledged, ${found} found`)
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
      const [killed] = await t.workers(1)
      await killed?.killWhileAppending({ type: 'append', sessionId: id, writer: 'k', batches: 100_000, size: 3 }, 5, 0)
      const [next] = await t.workers(1)
      await next?.run({ type: 'append', sessionId: id, writer: 'n', batches: 3, size: 3 })
      await next?.stop()
      const session = await t.session(id)
      assert.equal(assertWholeBatches(await session.getItems()).get('n'), 3)
      await session.addItems(messages(1))
      assertEqual(await session.popItem(), messages(1)[0])
    },
  },
]
