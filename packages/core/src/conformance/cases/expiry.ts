import assert from 'node:assert/strict'
import type { SessionStore } from '../../session/session-store.ts'
import type { CaseDefinition } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, assertItems, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

/** Milliseconds that a session of the store lives unwritten. */
async function ttlOf(t: CaseContext, store: SessionStore): Promise<number> {
  const session = store.session<Item>(t.id())
  await session.addItems(messages(1))
  const info = await session.info()
  assert.ok(info?.expiresAt !== undefined, 'info() does not say when the session expires')
  await store.deleteSession(session.sessionId)
  return info.expiresAt.getTime() - info.updatedAt.getTime()
}

export const expiryCases: readonly CaseDefinition[] = [
  {
    id: 'ttl/expires-at',
    title: 'says when a session expires: a ttl after its last change, whenever that is asked',
    needs: ['ttl'],
    async run(t) {
      const store = await t.store()
      const session = store.session<Item>(t.id())
      await session.addItems(messages(2))
      const before = await session.info()
      const ttlMs = (before?.expiresAt?.getTime() ?? 0) - (before?.updatedAt.getTime() ?? 0)
      await t.advance(ttlMs / 2)
      const during = await session.info()
      const left = (during?.expiresAt?.getTime() ?? 0) - (during?.updatedAt.getTime() ?? 0)
      assertEqual(left, ttlMs, 'milliseconds from updatedAt to expiresAt, asked half a ttl later,')
      await session.addItems([message('more')])
      const after = await session.info()
      assert.ok((after?.expiresAt ?? 0) > (during?.expiresAt ?? 0), 'a write does not put the end off')
    },
  },
  {
    id: 'ttl/purge-leaves-nothing',
    title: 'purges a session with all that belongs to it: nothing of it comes back with the next one of its id',
    needs: ['ttl'],
    async run(t) {
      const store = await t.store()
      const operation = { id: 'op', fingerprint: 'f' }
      const ttlMs = await ttlOf(t, store)
      const ids = [t.id(), t.id(), t.id()]
      for (const id of ids) {
        await store.records.commit(id, { operation, append: ['old 1', 'old 2', 'old 3'], metadata: { old: true } })
      }
      await t.advance(ttlMs + 1_000)
      const purged = await store.purgeExpired()
      assert.ok(purged <= ids.length, `${ids.length} sessions were over, and ${purged} were purged`)
      assert.equal(await store.purgeExpired(), 0)
      for (const id of ids) {
        assertEqual(await store.records.read(id), [])
        const change = { operation: { ...operation, fingerprint: 'new' }, append: ['new'] }
        assert.equal((await store.records.commit(id, change)).status, 'applied')
        assertEqual(await store.records.read(id), ['new'])
        const info = await store.getSessionInfo(id)
        assertEqual([info?.itemCount, info?.metadata], [1, undefined], 'itemCount and metadata')
        const dropped = await store.records.commit(id, { drop: 2, returnDropped: true })
        assertEqual(dropped, { status: 'applied', dropped: ['new'] })
      }
    },
  },
  {
    id: 'ttl/purge-while-writing',
    title: 'purges no session that is written anew meanwhile',
    needs: ['ttl'],
    async run(t) {
      const store = await t.store()
      const ttlMs = await ttlOf(t, store)
      for (let round = 0; round < 3; round++) {
        const sessions = Array.from({ length: 20 }, () => store.session<Item>(t.id()))
        for (const session of sessions) await session.addItems([message('old')])
        await t.advance(ttlMs + 1_000)
        await Promise.all([store.purgeExpired(), ...sessions.map((session) => session.addItems([message('new')]))])
        for (const session of sessions) await assertItems(session, [message('new')])
        for (const session of sessions) await store.deleteSession(session.sessionId)
      }
    },
  },
  {
    id: 'time/instances',
    title: 'lets updatedAt grow from one instance to the next, also where its clock is behind',
    store: true,
    needs: ['shared', 'ttl'],
    async run(t) {
      const [one, id] = [await t.store(), t.id()]
      await one.session<Item>(id).addItems(messages(1))
      const first = await one.getSessionInfo(id)
      await t.advance(-60_000)
      const behind = await t.anotherStore()
      const middle = await behind.getSessionInfo(id)
      await behind.session<Item>(id).addItems(messages(1))
      const second = await behind.getSessionInfo(id)
      assert.ok(
        (second?.updatedAt ?? 0) > (middle?.updatedAt ?? 0),
        'updatedAt did not grow through an instance behind',
      )
      assertEqual(second?.createdAt, middle?.createdAt)
      await one.session<Item>(id).addItems(messages(1))
      const third = await one.getSessionInfo(id)
      assert.ok((third?.updatedAt ?? 0) > (second?.updatedAt ?? 0), 'updatedAt did not grow through the first one')
      assert.equal(third?.itemCount, 3)
      assert.ok(first !== undefined)
    },
  },
  {
    id: 'delete/many',
    title: 'deletes 1,100 sessions that match, and says how many',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const ids = Array.from({ length: 1_100 }, (_, index) => `old:${index}`)
      // A hundred at once: on a slow machine, a pool of few connections would not get to the last of them all in time.
      for (let start = 0; start < ids.length; start += 100) {
        const some = ids.slice(start, start + 100)
        await Promise.all(some.map((id) => store.session<Item>(id).addItems([message(id)])))
      }
      await store.session<Item>('new:1').addItems([message('new:1')])
      assert.equal(await store.deleteSessions({ prefix: 'old:' }), 1_100)
      assert.equal(await store.deleteSessions({ prefix: 'old:' }), 0)
      for (const id of ['old:0', 'old:600', 'old:1099']) assert.equal(await store.getSessionInfo(id), undefined)
      await assertItems(store.session<Item>('new:1'), [message('new:1')])
    },
  },
  {
    id: 'delete/beside-writes',
    title: 'deletes one session whole while others write to it: what is there afterwards was written afterwards',
    store: true,
    async run(t) {
      const store = await t.store()
      for (let round = 0; round < 5; round++) {
        const session = store.session<Item>(t.id())
        let deleting: Promise<unknown> | undefined
        for (const [index, item] of messages(20).entries()) {
          const writing = session.addItems([item])
          if (index === 5 + round) deleting = store.deleteSession(session.sessionId)
          await writing
        }
        await deleting
        const left = await session.getItems()
        assert.ok(left.length < 20, 'nothing was deleted')
        assertEqual(left, messages(20).slice(20 - left.length), 'what is left')
        assert.equal((await session.info())?.itemCount ?? 0, left.length, 'itemCount')
        await session.popItem()
        assert.equal((await session.info())?.itemCount ?? 0, Math.max(left.length - 1, 0), 'itemCount after popItem()')
      }
    },
  },
]
