import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, collect, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

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
    id: 'clear/leaves-nothing',
    title: 'leaves nothing where there is no metadata: the session no longer exists',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      const ways = [
        () => session.addItems(messages(2)),
        async () => {
          await session.addItems(messages(1))
          await session.popItem()
        },
        async () => {
          await session.setMetadata({ userId: 'u1' })
          await session.setMetadata({ userId: undefined })
        },
      ]
      for (const [index, write] of ways.entries()) {
        await write()
        await session.clearSession()
        assert.equal(await session.info(), undefined, `after way ${index} of writing it`)
      }
      await session.addItems([message('anew')])
      assert.equal((await session.info())?.itemCount, 1)
    },
  },
  {
    id: 'clear/keeps-metadata',
    title: 'keeps metadata and createdAt where there is metadata, and moves updatedAt',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      await session.setMetadata({ userId: 'u1' })
      await session.addItems(messages(3))
      const before = await session.info()
      await session.clearSession()
      const after = await session.info()
      assertEqual(after?.metadata, { userId: 'u1' })
      assertEqual(after?.createdAt, before?.createdAt)
      assert.equal(after?.itemCount, 0)
      assert.ok((after?.updatedAt ?? 0) > (before?.updatedAt ?? 0), 'updatedAt did not move')
      await session.addItems([message('next')])
      await assertItems(session, [message('next')])
      assertEqual((await session.info())?.metadata, { userId: 'u1' })
    },
  },
  {
    id: 'clear/empty',
    title: 'changes nothing where there is nothing to clear',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info'])
      await session.clearSession()
      assert.equal(await session.info(), undefined)
      await session.setMetadata({ userId: 'u1' })
      const before = await session.info()
      await session.clearSession()
      assertEqual(await session.info(), before)
    },
  },
  {
    id: 'clear/operations-beside-metadata',
    title: 'forgets operation ids also where metadata keeps the session',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction', 'setMetadata'])
      const args = { operationId: 'op', transaction: { type: 'append_items', items: messages(2) } } as const
      await session.setMetadata({ userId: 'u1' })
      await session.applyHistoryTransaction(args)
      await session.clearSession()
      await session.applyHistoryTransaction(args)
      await assertItems(session, messages(2))
      await session.popItem()
      await session.popItem()
      await session.clearSession()
      await session.applyHistoryTransaction(args)
      await assertItems(session, messages(2))
    },
  },
  {
    id: 'clear/keeps-ttl',
    title: 'keeps the ttl of a session that lives on, and counts it from then',
    needs: ['ttl'],
    async run(t) {
      const session = (await t.store()).session<Item>(t.id())
      await session.setMetadata({ userId: 'u1' })
      await session.addItems(messages(1))
      const before = await session.info()
      const ttlMs = (before?.expiresAt?.getTime() ?? 0) - (before?.updatedAt.getTime() ?? 0)
      // Far from the end, and still beyond it when done twice: a machine that is busy must not bring it there.
      const mostMs = Math.floor(ttlMs * 0.75)
      await t.advance(mostMs)
      await session.clearSession()
      const after = await session.info()
      assert.equal((after?.expiresAt?.getTime() ?? 0) - (after?.updatedAt.getTime() ?? 0), ttlMs)
      await t.advance(mostMs)
      assertEqual((await session.info())?.metadata, { userId: 'u1' })
      await t.advance(ttlMs - mostMs + 1_000)
      assert.equal(await session.info(), undefined)
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
