import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, message, messages } from '../fixtures.ts'

export const popCases: readonly CaseDefinition[] = [
  {
    id: 'pop/newest-first',
    title: 'removes and returns the newest item, until there is none',
    async run(t) {
      const session = await t.session()
      await session.addItems(messages(3))
      for (const left of [2, 1, 0]) {
        assertEqual(await session.popItem(), message(`message ${left}`))
        await assertItems(session, messages(left))
      }
      assert.equal(await session.popItem(), undefined)
    },
  },
  {
    id: 'pop/then-append',
    title: 'continues after the items that are left',
    async run(t) {
      const session = await t.session()
      await session.addItems(messages(4))
      await session.popItem()
      await session.popItem()
      await session.addItems([message('new')])
      await assertItems(session, [...messages(2), message('new')])
    },
  },
  {
    id: 'pop/concurrent',
    title: 'gives each of many concurrent calls another item, and undefined when there are no more',
    async run(t) {
      const id = t.id()
      const session = await t.session(id)
      await session.addItems(messages(25))
      const popped = await Promise.all(Array.from({ length: 40 }, async () => (await t.session(id)).popItem()))
      const contents = popped.filter((item) => item !== undefined).map((item) => item.content)
      assert.equal(new Set(contents).size, 25, 'an item was popped twice or lost')
      assert.equal(contents.length, 25)
      await assertItems(session, [])
    },
  },
  {
    id: 'pop/while-appending',
    title: 'loses nothing while others append',
    async run(t) {
      const id = t.id()
      const session = await t.session(id)
      const popped: unknown[] = []
      await Promise.all([
        ...messages(40).map(async (item) => (await t.session(id)).addItems([item])),
        ...messages(20).map(async () => popped.push((await (await t.session(id)).popItem())?.content)),
      ])
      const left = (await session.getItems()).map((item) => item.content)
      const seen = [...popped.filter((content) => content !== undefined), ...left]
      assertEqual(
        seen.toSorted(),
        messages(40)
          .map((item) => item.content)
          .toSorted(),
      )
    },
  },
  {
    id: 'pop/corrupt-stays',
    title: 'never removes or skips in silence a record that cannot be decoded',
    store: true,
    async run(t) {
      const id = t.id()
      const store = await t.store()
      const session = store.session(id)
      await session.addItems(messages(2) as [])
      const secret = 'the secret content'
      for (const corrupt of [`{"role":"user","content":"${secret}`, `"${secret}"`, '[]', 'null', '']) {
        await store.records.commit(id, { append: [corrupt] })
        for (const call of [() => session.popItem(), () => session.getItems(), () => session.getItems(1)]) {
          const error = await assertCode(call, 'SESSION_RECORD_CORRUPT')
          const shown = inspect(error, { depth: 9 }) + error.message
          assert.ok(!shown.includes(secret), 'the error shows what the record holds')
        }
        assertEqual(await store.records.read(id, 1), [corrupt])
        await store.records.commit(id, { drop: 1 })
      }
      await assertItems(session as never, messages(2))
    },
  },
  {
    id: 'pop/corrupt-skipped-on-request',
    title: "reads around such a record with onCorrupt: 'skip', not counting it, and still pops nothing",
    store: true,
    async run(t) {
      const id = t.id()
      const store = await t.store()
      const session = store.session(id, { onCorrupt: 'skip' })
      await session.addItems(messages(4) as [])
      await store.records.commit(id, { append: ['not json', '[]', '{"cut'] })
      assertEqual(await session.getItems(), messages(4))
      assertEqual(await session.getItems(2), messages(4).slice(2))
      await assertCode(() => session.popItem(), 'SESSION_RECORD_CORRUPT')
      assert.equal((await store.records.read(id)).length, 7)
    },
  },
]
