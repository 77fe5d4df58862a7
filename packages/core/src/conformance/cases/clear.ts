import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, collect, message, messages } from '../fixtures.ts'

export const clearCases: readonly CaseDefinition[] = [
  {
    id: 'clear/items',
    title: 'removes all items, and the next write starts anew',
    async run(t) {
      const session = await t.session()
      await session.addItems(messages(10))
      await session.clearSession()
      await assertItems(session, [])
      assert.equal(await session.popItem(), undefined)
      await session.addItems([message('anew')])
      await assertItems(session, [message('anew')])
    },
  },
  {
    id: 'clear/others',
    title: 'leaves other sessions as they are',
    async run(t) {
      const [cleared, kept] = [await t.session('abc'), await t.session('abcd')]
      await cleared.addItems(messages(3))
      await kept.addItems(messages(3))
      await cleared.clearSession()
      await assertItems(kept, messages(3))
    },
  },
  {
    id: 'clear/metadata',
    title: 'removes metadata: the session no longer exists',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      await session.addItems(messages(2))
      await session.setMetadata({ userId: 'u1' })
      await session.clearSession()
      assert.equal(await session.info(), undefined)
      await session.addItems([message('anew')])
      const anew = await session.info()
      assert.equal(anew?.itemCount, 1)
      assert.equal(anew?.metadata, undefined)
    },
  },
  {
    id: 'clear/operations',
    title: 'forgets operation ids: a transaction of before is applied again',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      const args = { operationId: 'op', transaction: { type: 'append_items', items: messages(2) } } as const
      await session.applyHistoryTransaction(args)
      await session.clearSession()
      await session.applyHistoryTransaction(args)
      await assertItems(session, messages(2))
      const other = { type: 'append_items', items: messages(1) } as const
      await session.clearSession()
      await session.applyHistoryTransaction({ operationId: 'op', transaction: other })
      await assertItems(session, messages(1))
    },
  },
  {
    id: 'clear/listing',
    title: 'is not listed any more',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const session = await t.session()
      await session.addItems(messages(2))
      await session.clearSession()
      assertEqual(await collect(store.listSessions()), [])
    },
  },
]
