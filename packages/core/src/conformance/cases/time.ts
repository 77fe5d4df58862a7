import assert from 'node:assert/strict'
import type { StoredSession } from '../../session/stored-session.ts'
import type { CaseDefinition } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, assertItems, collect, listed, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { passTime, withinMargin } from '../timing.ts'
import { append } from './transactions.ts'

/** Milliseconds of real time that a check of a ttl may take: it looks a second before the end and a second after. */
const marginMs = 900

/** A session with two items, and the milliseconds that it lives unwritten. */
async function mortal(t: CaseContext): Promise<{ session: StoredSession<Item>; ttlMs: number }> {
  const session = (await t.store()).session<Item>(t.id())
  await session.addItems(messages(2))
  const info = await session.info()
  assert.ok(info?.expiresAt !== undefined, 'info() does not say when the session expires')
  return { session, ttlMs: info.expiresAt.getTime() - info.updatedAt.getTime() }
}

export const timeCases: readonly CaseDefinition[] = [
  {
    id: 'time/created',
    title: 'never moves createdAt',
    async run(t) {
      const session = await t.sessionWith(['info', 'setMetadata', 'replaceHistoryWithCompaction'])
      await session.addItems(messages(1))
      const createdAt = (await session.info())?.createdAt
      assert.ok(createdAt instanceof Date && !Number.isNaN(createdAt.getTime()))
      await passTime(t, createdAt)
      assertEqual((await session.info())?.createdAt, createdAt, 'createdAt, asked later,')
      await session.addItems(messages(1))
      await session.setMetadata({ a: 1 })
      await session.popItem()
      await session.replaceHistoryWithCompaction([])
      assertEqual((await session.info())?.createdAt, createdAt)
    },
  },
  {
    id: 'time/updated',
    title: 'moves updatedAt forward on every change, and on nothing else',
    async run(t) {
      const session = await t.sessionWith(['info', 'setMetadata', 'replaceHistoryWithCompaction'])
      const updatedAt = async (): Promise<number> => (await session.info())?.updatedAt.getTime() ?? 0
      const changes = [
        () => session.addItems(messages(3)),
        () => session.addItems(messages(1)),
        () => session.popItem(),
        () => session.setMetadata({ a: 1 }),
        () => session.replaceHistoryWithCompaction(messages(1)),
        () => session.popItem(),
        // So many and so small that some fall on one tick of the clock.
        ...Array.from({ length: 50 }, (_, value) => () => session.setMetadata({ a: value })),
      ]
      let last = 0
      for (const [index, change] of changes.entries()) {
        await change()
        const now = await updatedAt()
        assert.ok(now > last, `change ${index} did not move updatedAt`)
        last = now
      }
      await passTime(t, new Date(last))
      for (const idle of [() => session.popItem(), () => session.getItems(), () => session.addItems([])]) await idle()
      assert.equal(await updatedAt(), last)
      assert.equal(await updatedAt(), last, 'updatedAt, asked again,')
    },
  },
  {
    id: 'time/clock-backwards',
    title: 'keeps the order of items and lets updatedAt grow when the clock is set back',
    needs: ['ttl'],
    async run(t) {
      const session = (await t.store()).session<Item>(t.id())
      await session.addItems(messages(3, 'before'))
      const before = await session.info()
      await t.advance(-60_000)
      const middle = await session.info()
      await session.addItems(messages(3, 'after'))
      await session.popItem()
      await assertItems(session, [...messages(3, 'before'), ...messages(2, 'after')])
      const after = await session.info()
      assert.ok((after?.updatedAt ?? 0) > (middle?.updatedAt ?? 0), 'updatedAt did not grow')
      assertEqual(after?.createdAt, middle?.createdAt)
      assert.equal(before?.itemCount, 3)
    },
  },
  {
    id: 'time/no-ttl',
    title: 'has no expiry where ttl is not declared',
    store: true,
    without: ['ttl'],
    async run(t) {
      const session = (await t.store()).session<Item>(t.id())
      await session.addItems(messages(1))
      assert.equal((await session.info())?.expiresAt, undefined)
    },
  },
  {
    id: 'ttl/gone',
    title: 'shows nothing of a session that was not written for its ttl',
    needs: ['ttl'],
    run: (t) =>
      withinMargin(marginMs, async () => {
        const store = await t.store()
        const { session, ttlMs } = await mortal(t)
        await t.advance(ttlMs - 1_000)
        await assertItems(session, messages(2))
        await t.advance(2_000)
        await assertItems(session, [])
        assertEqual(await session.getItems(1), [])
        assertEqual(await collect(session.items()), [])
        assert.equal(await session.popItem(), undefined)
        assert.equal(await session.info(), undefined)
        assert.equal(await store.deleteSession(session.sessionId), false)
      }),
  },
  {
    id: 'ttl/gone-for-writers',
    title: 'finds nothing of a session whose time is over to expect, to drop or to merge into',
    needs: ['ttl'],
    run: (t) =>
      withinMargin(marginMs, async () => {
        const store = await t.store()
        const { session, ttlMs } = await mortal(t)
        await session.setMetadata({ old: true })
        const { sessionId } = session
        const expectTail = await store.records.read(sessionId, 1)
        await t.advance(ttlMs + 1_000)
        assertEqual(await store.records.commit(sessionId, { drop: 1 }), { status: 'applied', dropped: [] })
        assertEqual(await store.records.commit(sessionId, { expectTail, append: ['x'] }), { status: 'conflict' })
        assert.equal(await session.info(), undefined)
        await session.setMetadata({ new: true })
        assertEqual((await session.info())?.metadata, { new: true })
        await assertItems(session, [])
      }),
  },
  {
    id: 'ttl/not-listed',
    title: 'does not list a session whose time is over',
    needs: ['ttl', 'list'],
    run: (t) =>
      withinMargin(marginMs, async () => {
        const store = await t.store()
        const { session, ttlMs } = await mortal(t)
        await t.advance(ttlMs - 1_000)
        const fresh = t.id()
        await store.session<Item>(fresh).addItems(messages(1))
        await t.advance(2_000)
        const ids = await listed(store)
        assertEqual(
          [session.sessionId, fresh].map((id) => ids.includes(id)),
          [false, true],
          'what is listed of the old one and the fresh one',
        )
      }),
  },
  {
    id: 'ttl/writes-refresh',
    title: 'counts the ttl from the last write, not from reads',
    needs: ['ttl'],
    run: (t) =>
      withinMargin(marginMs, async () => {
        const { session, ttlMs } = await mortal(t)
        const writes = [
          () => session.addItems(messages(1)),
          () => session.popItem(),
          () => session.setMetadata({ a: 1 }),
        ]
        for (const write of writes) {
          await t.advance(ttlMs - 1_000)
          await write()
        }
        await t.advance(ttlMs - 1_000)
        await assertItems(session, messages(2))
        await session.info()
        await t.advance(2_000)
        await assertItems(session, [])
      }),
  },
  {
    id: 'ttl/starts-anew',
    title: 'starts a session anew that is written after its time, with nothing of the old one',
    needs: ['ttl', 'transactions'],
    async run(t) {
      const { session, ttlMs } = await mortal(t)
      await session.setMetadata({ old: true })
      await session.applyHistoryTransaction(append('op', [message('old')]))
      const before = await session.info()
      await t.advance(ttlMs + 1_000)
      await session.applyHistoryTransaction(append('op', [message('new')]))
      await assertItems(session, [message('new')])
      const after = await session.info()
      assert.equal(after?.metadata, undefined)
      assert.ok((after?.createdAt ?? 0) > (before?.createdAt ?? 0), 'createdAt is that of the old session')
    },
  },
  {
    id: 'ttl/purge',
    title: 'purges what is over and leaves the rest',
    needs: ['ttl'],
    run: (t) =>
      withinMargin(marginMs, async () => {
        const store = await t.store()
        const { ttlMs } = await mortal(t)
        await t.advance(ttlMs - 1_000)
        const { session } = await mortal(t)
        await t.advance(2_000)
        await store.purgeExpired()
        assert.equal(await store.purgeExpired(), 0)
        await assertItems(session, messages(2))
      }),
  },
]
