import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, assertWholeBatches, batch, isInterleaved, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import type { WorkerProcess } from '../processes.ts'
import { whenRaced } from '../timing.ts'
import { append } from './transactions.ts'

function appendAll(
  workers: readonly WorkerProcess[],
  sessionId: string,
  batches: number,
  size: number,
): Promise<unknown> {
  return Promise.all(
    workers.map((worker, index) => worker.run({ type: 'append', sessionId, writer: `p${index}`, batches, size })),
  )
}

export const processCases: readonly CaseDefinition[] = [
  {
    id: 'processes/contiguous-batches',
    title: 'keeps every batch whole and contiguous while four processes append to one session',
    needs: ['multiProcess'],
    async run(t) {
      const workers = await t.workers(4)
      await whenRaced('batches of several processes came between each other', async () => {
        const id = t.id()
        await appendAll(workers, id, 25, 5)
        const items = await (await t.session(id)).getItems()
        assertEqual([...assertWholeBatches(items).values()], [25, 25, 25, 25])
        return isInterleaved(items)
      })
    },
  },
  {
    id: 'processes/first-use-at-once',
    title: 'serves eight processes that use an empty storage first, all at once',
    needs: ['multiProcess', 'durable'],
    async run(t) {
      const workers = await t.workers(8)
      const round = async (): Promise<boolean> => {
        await t.reset()
        const id = t.id()
        await appendAll(workers, id, 2, 3)
        const uses = workers.map(({ firstUse }) => firstUse ?? [0, 0])
        await Promise.all(workers.map((worker) => worker.run({ type: 'close' })))
        const reader = await t.anotherStore()
        const counts = assertWholeBatches(await reader.session<Item>(id).getItems())
        assertEqual([...counts.values()], Array(8).fill(2))
        await reader.close()
        const last = Math.max(...uses.map(([start]) => start))
        return uses.filter(([, end]) => end > last).length > 1
      }
      for (let time = 0; time < 3; time++) await whenRaced('two processes used it first at the same time', round)
    },
  },
  {
    id: 'processes/pop',
    title: 'never gives one item to two processes, and loses none',
    needs: ['multiProcess'],
    async run(t) {
      const workers = await t.workers(4)
      await whenRaced('at least two processes popped something', async () => {
        const id = t.id()
        const session = await t.session(id)
        await session.addItems(messages(80))
        const popped = await Promise.all(workers.map((worker) => worker.run<Item[]>({ type: 'pop', sessionId: id })))
        const contents = popped.flat().map((item) => item.content)
        assertEqual(
          contents.toSorted(),
          messages(80)
            .map((item) => item.content)
            .toSorted(),
        )
        await assertItems(session, [])
        return popped.filter((items) => items.length > 0).length > 1
      })
    },
  },
  {
    id: 'processes/operation-once',
    title: 'applies a transaction once that four processes send',
    needs: ['multiProcess', 'transactions'],
    async run(t) {
      const workers = await t.workers(4)
      const args = append('op', messages(3))
      for (let round = 0; round < 5; round++) {
        const id = t.id()
        await Promise.all(workers.map((worker) => worker.run({ type: 'transaction', sessionId: id, args })))
        await assertItems(await t.session(id), messages(3))
      }
    },
  },
  {
    id: 'processes/visible',
    title: 'shows what one process wrote to the others at once',
    needs: ['multiProcess'],
    async run(t) {
      const id = t.id()
      const [writer, reader] = await t.workers(2)
      for (let index = 0; index < 5; index++) {
        await writer?.run({ type: 'append', sessionId: id, writer: `${index}`, batches: 1, size: 2 })
        assert.equal((await reader?.run<Item[]>({ type: 'read', sessionId: id }))?.length, 2 * (index + 1))
        assert.equal((await (await t.session(id)).getItems()).length, 2 * (index + 1))
      }
    },
  },
  {
    id: 'processes/compaction',
    title: 'shows another process the old history or the new one, never a mixture and never nothing',
    needs: ['multiProcess'],
    async run(t) {
      const [worker] = await t.workers(1)
      await whenRaced('the reader saw a history between the first and the last', async () => {
        const id = t.id()
        const session = await t.session(id)
        await session.addItems(batch('w', 0, 5))
        const seen = new Set<number>()
        let done = false
        const replacing = async (): Promise<void> => {
          await worker?.run({ type: 'replace', sessionId: id, writer: 'w', times: 60, size: 5 })
          done = true
        }
        const reading = async (): Promise<void> => {
          while (!done) {
            const items = await session.getItems()
            assert.equal(items.length, 5, 'a reader saw neither the old history nor the new one')
            const version = Number(String(items[0]?.content).split('/')[1])
            assertEqual(items, batch('w', version, 5))
            seen.add(version)
            await new Promise(setImmediate)
          }
        }
        // Whichever fails ends the case; the worker is stopped with it.
        await Promise.all([replacing(), reading()])
        await assertItems(session, batch('w', 59, 5))
        return seen.size > 2
      })
    },
  },
]
