import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertMistake, collect, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

export const limitCases: readonly CaseDefinition[] = [
  {
    id: 'limit/newest',
    title: 'gives the newest n items, oldest first',
    async run(t) {
      const session = await t.session()
      const items = messages(150)
      await session.addItems(items)
      for (const limit of [1, 2, 99, 100, 101, 149, 150]) {
        assertEqual(await session.getItems(limit), items.slice(-limit), `limit ${limit}`)
      }
    },
  },
  {
    id: 'limit/more-than-there-are',
    title: 'gives all items for a limit beyond their number, and without one',
    async run(t) {
      const session = await t.session()
      await session.addItems(messages(3))
      for (const limit of [3, 4, 1_000_000, Number.MAX_SAFE_INTEGER, 1e300, undefined]) {
        assertEqual(await session.getItems(limit), messages(3), `limit ${limit}`)
      }
    },
  },
  {
    id: 'limit/unlimited',
    title: 'gives every item of a long history without a limit',
    async run(t) {
      const session = await t.session()
      for (let part = 0; part < 5; part++) await session.addItems(messages(500, `part ${part}`))
      const items = await session.getItems()
      assert.equal(items.length, 2_500)
      assertEqual(items.slice(2_000), messages(500, 'part 4'))
    },
  },
  {
    id: 'limit/zero-and-less',
    title: 'gives nothing for 0 and negative limits',
    async run(t) {
      const session = await t.session()
      await session.addItems(messages(3))
      for (const limit of [0, -0, -1, -100]) assertEqual(await session.getItems(limit), [], `limit ${limit}`)
    },
  },
  {
    id: 'limit/refused',
    title: 'refuses limits that are no integers',
    async run(t) {
      const session = await t.session()
      for (const limit of [1.5, Number.NaN, Infinity, -Infinity]) {
        await assertMistake(() => session.getItems(limit), RangeError, `limit ${limit}`)
      }
      for (const limit of ['1', null, {}]) {
        await assertMistake(() => session.getItems(limit as number), TypeError, `limit ${JSON.stringify(limit)}`)
      }
    },
  },
  {
    id: 'limit/default',
    title:
      'gives the newest n items of a session with a default limit to who asks for no number, and all to everything else',
    store: true,
    async run(t) {
      const store = await t.store()
      const [id, items] = [t.id(), messages(10)]
      const session = store.session<Item>(id, { limit: 3 })
      await session.addItems(items)
      assertEqual(await session.getItems(), items.slice(-3))
      assertEqual(await session.getItems(undefined), items.slice(-3))
      for (const limit of [1, 3, 5, 10, 20]) {
        assertEqual(await session.getItems(limit), items.slice(-limit), `limit ${limit}`)
      }
      assertEqual(await session.getItems(0), [])
      assertEqual(await store.session<Item>(id).getItems(), items, 'the default is of the handle alone')
      assertEqual(await collect(session.items({ pageSize: 4 })), items)
      assertEqual(await session.popItem(), items[9])
      const expectedSuffix = items.slice(4, 9)
      const transaction = { type: 'replace_suffix', expectedSuffix, replacement: messages(2, 'new') } as const
      await session.applyHistoryTransaction({ operationId: 'op', transaction })
      const replaced = [...items.slice(0, 4), ...messages(2, 'new')]
      assertEqual(await session.getItems(20), replaced)
      assertEqual(await session.getItems(), replaced.slice(-3))
      for (const limit of [0, -1, 1.5, Number.NaN]) {
        await assertMistake(async () => store.session(id, { limit }), RangeError, `limit ${limit}`)
      }
      await assertMistake(async () => store.session(id, { limit: '3' as never }), TypeError, 'limit "3"')
    },
  },
]
