import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, batch, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { append } from './transactions.ts'

function texts(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index}`)
}

export const longHistoryCases: readonly CaseDefinition[] = [
  {
    id: 'limit/all-of-many',
    title: 'gives 12,000 items without a limit, and the newest 11,000 of them',
    async run(t) {
      const session = await t.session()
      for (let part = 0; part < 3; part++) await session.addItems(batch('part', part, 4_000))
      const all = [0, 1, 2].flatMap((part) => batch('part', part, 4_000))
      await assertItems(session, all)
      assertEqual(await session.getItems(11_000), all.slice(1_000))
    },
  },
  {
    id: 'records/long-tail',
    title: 'compares all of an expected tail of 1,500 records, the oldest of them too',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      const records = texts(2_000, 'record')
      await store.records.commit(id, { append: records })
      const tail = records.slice(500)
      const commit = async (expectTail: readonly string[]): Promise<string> =>
        (await store.records.commit(id, { expectTail, drop: 1, append: ['new'] })).status
      for (const place of [0, 1, 700, 1_498]) {
        assert.equal(await commit(tail.with(place, 'other')), 'conflict', `record ${place} of the tail is another`)
      }
      assert.equal(await commit(['one more', ...records]), 'conflict')
      assert.equal(await commit(tail), 'applied')
      assertEqual(await store.records.read(id, 2), ['record 1998', 'new'])
    },
  },
  {
    id: 'records/drop-many',
    title: 'drops exactly as many records as it is told, and gives all of them back, oldest first',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      const records = texts(4_000, 'record')
      await store.records.commit(id, { append: records })
      const some = await store.records.commit(id, { drop: 2_500, append: ['new'], returnDropped: true })
      assertEqual(some, { status: 'applied', dropped: records.slice(1_500) })
      assertEqual(await store.records.read(id), [...records.slice(0, 1_500), 'new'])
      const rest = await store.records.commit(id, { drop: 'all', returnDropped: true })
      assertEqual(rest, { status: 'applied', dropped: [...records.slice(0, 1_500), 'new'] })
      assert.equal((await store.getSessionInfo(id))?.itemCount, 0)
    },
  },
  {
    id: 'items/while-popping',
    title:
      'never continues a history with what replaced its end: it gives the old items, or rejects with SESSION_CONFLICT',
    async run(t) {
      const session = await t.sessionWith(['items'])
      await session.addItems(batch('old', 0, 20))
      const seen: Item[] = []
      const read = async (): Promise<unknown> => {
        for await (const item of session.items({ pageSize: 4 })) {
          seen.push(item)
          if (seen.length !== 8) continue
          for (let popped = 0; popped < 17; popped++) await session.popItem()
          await session.addItems(batch('new', 0, 20))
        }
        return undefined
      }
      const error = await read().catch((reason: unknown) => reason)
      const old = batch('old', 0, 20)
      assertEqual(seen, old.slice(0, seen.length), 'what was given')
      if (error === undefined) assert.equal(seen.length, 20)
      else assert.equal((error as { code?: unknown }).code, 'SESSION_CONFLICT', String(error))
    },
  },
  {
    id: 'transactions/hundreds-of-ids',
    title: 'knows the first of 300 operation ids after the last',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      const ids = Array.from({ length: 300 }, (_, index) => `op ${index}`)
      for (const id of ids) await session.applyHistoryTransaction(append(id, [message(id)]))
      for (const id of ids.slice(0, 10)) await session.applyHistoryTransaction(append(id, [message(id)]))
      await assertItems(session, ids.map(message))
    },
  },
  {
    id: 'transactions/equal-but-another',
    title: 'applies an equal transaction under another id: it is another one',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      for (const id of ['one', 'other']) await session.applyHistoryTransaction(append(id, messages(2)))
      await assertItems(session, [...messages(2), ...messages(2)])
    },
  },
  {
    id: 'transactions/known-after-emptying',
    title: 'knows an operation id after the history was popped to nothing, with metadata and createdAt',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.applyHistoryTransaction(append('op', messages(2)))
      for (let popped = 0; popped < 3; popped++) await session.popItem()
      await assertItems(session, [])
      await session.applyHistoryTransaction(append('op', messages(2)))
      await assertItems(session, [])
    },
  },
  {
    id: 'metadata/special-keys',
    title: 'keeps metadata under own keys named __proto__, constructor and the like, and texts of 100,000 characters',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      const first = JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":null,"hasOwnProperty":[3]}')
      await session.setMetadata(first)
      await session.setMetadata({ long: 'é'.repeat(100_000), ['k'.repeat(300)]: 1, [`${'k'.repeat(299)}l`]: 2 })
      const found: Record<string, unknown> = (await session.info())?.metadata ?? {}
      const { long, ['k'.repeat(300)]: one, [`${'k'.repeat(299)}l`]: other, ...rest } = found
      assert.ok(long === 'é'.repeat(100_000), 'a long text was changed')
      assertEqual([one, other], [1, 2])
      assertEqual(Object.entries(rest).toSorted(), Object.entries(first).toSorted())
    },
  },
  {
    id: 'metadata/info-copies',
    title: 'gives dates that can be changed without changing what is stored',
    async run(t) {
      const session = await t.sessionWith(['info'])
      await session.addItems(messages(1))
      const before = structuredClone(await session.info())
      const given = await session.info()
      given?.createdAt.setTime(0)
      given?.updatedAt.setTime(0)
      given?.expiresAt?.setTime(0)
      assertEqual(await session.info(), before)
    },
  },
]
