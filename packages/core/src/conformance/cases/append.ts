import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import {
  assertCode,
  assertEqual,
  assertItems,
  assertWholeBatches,
  batch,
  isInterleaved,
  message,
  messages,
} from '../fixtures.ts'
import type { Item } from '../item.ts'
import { passTime, whenRaced } from '../timing.ts'

export const appendCases: readonly CaseDefinition[] = [
  {
    id: 'append/order',
    title: 'gives items back in the order they were added, also those of the same millisecond',
    async run(t) {
      const session = await t.session()
      const items = messages(120)
      for (const item of items) await session.addItems([item])
      await assertItems(session, items)
    },
  },
  {
    id: 'append/order-within-batch',
    title: 'keeps the order of a batch',
    async run(t) {
      const session = await t.session()
      await session.addItems(messages(50, 'a'))
      await session.addItems(messages(50, 'b'))
      await assertItems(session, [...messages(50, 'a'), ...messages(50, 'b')])
    },
  },
  {
    id: 'append/equal-items',
    title: 'keeps items that are equal as often as they were added',
    async run(t) {
      const session = await t.session()
      const same = [message('same'), message('same')]
      await session.addItems(same)
      await session.addItems(same)
      assertEqual(await session.popItem(), message('same'))
      await assertItems(session, [...same, message('same')])
    },
  },
  {
    id: 'append/large-batch',
    title: 'takes a batch of 5,000 items whole',
    async run(t) {
      const session = await t.session()
      const items = messages(5_000)
      await session.addItems(items)
      await assertItems(session, items)
    },
  },
  {
    id: 'append/empty',
    title: 'writes nothing and creates nothing for an empty batch',
    async run(t) {
      const session = await t.sessionWith(['info'])
      await session.addItems([])
      assert.equal(await session.info(), undefined)
      await session.addItems([message('one')])
      const before = await session.info()
      await passTime(t, before?.updatedAt)
      await session.addItems([])
      assertEqual(await session.info(), before)
    },
  },
  {
    id: 'append/all-or-none',
    title: 'writes nothing of a batch that has one item which cannot be stored',
    async run(t) {
      const session = await t.session()
      await session.addItems([message('before')])
      const spoilt = [...messages(3), { role: 'user', content: () => 'no' }, ...messages(3)]
      await assertCode(() => session.addItems(spoilt), 'SESSION_ITEM_INVALID')
      await assertItems(session, [message('before')])
    },
  },
  {
    id: 'append/contiguous-batches',
    title: 'keeps every batch whole and contiguous while others append to the same session',
    async run(t) {
      await whenRaced('batches of several writers came between each other', async () => {
        const id = t.id()
        const writers = Array.from({ length: 12 }, async (_, writer) => {
          const session = await t.session(id)
          for (let index = 0; index < 8; index++) await session.addItems(batch(`w${writer}`, index, 1 + (writer % 7)))
        })
        await Promise.all(writers)
        const items = await (await t.session(id)).getItems()
        assertEqual([...assertWholeBatches(items).values()], Array(12).fill(8))
        return isInterleaved(items)
      })
    },
  },
  {
    id: 'append/two-instances',
    title: 'keeps batches whole when two instances append at once',
    store: true,
    needs: ['shared'],
    async run(t) {
      const stores = [await t.store(), await t.anotherStore()]
      await whenRaced('batches of both came between each other', async () => {
        const id = t.id()
        const writers = stores.map(async (store, writer) => {
          const session = store.session<Item>(id)
          for (let index = 0; index < 30; index++) await session.addItems(batch(`w${writer}`, index, 5))
        })
        await Promise.all(writers)
        const items = await (await t.session(id)).getItems()
        assertEqual([...assertWholeBatches(items).values()], [30, 30])
        return isInterleaved(items)
      })
    },
  },
  {
    id: 'append/read-your-writes',
    title: 'shows an acknowledged write to every other handle of the session at once',
    async run(t) {
      const id = t.id()
      const [writer, reader] = [await t.session(id), await t.session(id)]
      for (const [index, item] of messages(20).entries()) {
        await writer.addItems([item])
        await assertItems(reader, messages(index + 1))
      }
      assertEqual(await reader.popItem(), message('message 19'))
      await assertItems(writer, messages(19))
    },
  },
  {
    id: 'append/takes-a-copy',
    title: 'stores items as they were when addItems was called, whatever happens to them later',
    async run(t) {
      const session = await t.session()
      const item = { role: 'user', content: [{ type: 'input_text', text: 'before' }] }
      const expected = structuredClone(item)
      const items = [item]
      const added = session.addItems(items)
      item.content[0] = { type: 'input_text', text: 'after' }
      items.push({ role: 'user', content: [] })
      await added
      item.role = 'system'
      await assertItems(session, [expected])
    },
  },
  {
    id: 'append/gives-copies',
    title: 'hands out items that can be changed without changing what is stored',
    async run(t) {
      const session = await t.session()
      const item = { role: 'user', content: [{ type: 'input_text', text: 'kept' }] }
      await session.addItems([item])
      const [first] = await session.getItems()
      Object.assign(first ?? {}, { role: 'changed' })
      ;(first?.content as unknown[]).length = 0
      const [newest] = await session.getItems(1)
      Object.assign(newest ?? {}, { content: 'changed' })
      await assertItems(session, [item])
    },
  },
]
