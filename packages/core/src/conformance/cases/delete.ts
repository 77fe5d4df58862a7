import assert from 'node:assert/strict'
import type { StoredSession } from '../../session/stored-session.ts'
import type { SessionFilter } from '../../store/session-filter.ts'
import type { CaseDefinition } from '../case.ts'
import {
  assertEqual,
  assertItems,
  assertMistake,
  collect,
  listed,
  message,
  messages,
  writeInOrder,
} from '../fixtures.ts'
import type { Item } from '../item.ts'
import { whenRaced } from '../timing.ts'

export const deleteCases: readonly CaseDefinition[] = [
  {
    id: 'delete/session',
    title: 'deletes one session and says whether there was one',
    store: true,
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['ab', 'a'])
      assert.equal(await store.deleteSession('a'), true)
      assert.equal(await store.deleteSession('a'), false)
      assert.equal(await store.deleteSession('never'), false)
      assert.equal(await store.getSessionInfo('a'), undefined)
      await assertItems(store.session<Item>('ab'), [message('ab')])
    },
  },
  {
    id: 'delete/handle',
    title: 'deletes a session through its handle, metadata too, and says whether there was one',
    async run(t) {
      const session = await t.sessionWith(['delete', 'setMetadata', 'info'])
      assert.equal(await session.delete(), false)
      await session.addItems(messages(2))
      await session.setMetadata({ userId: 'u1' })
      assert.equal(await session.delete(), true)
      assert.equal(await session.info(), undefined)
      assert.equal(await session.popItem(), undefined)
      await session.addItems([message('anew')])
      await assertItems(session, [message('anew')])
      assert.equal((await session.info())?.metadata, undefined)
    },
  },
  {
    id: 'delete/leaves-nothing',
    title: 'leaves nothing of a deleted session to the next one of its id',
    store: true,
    async run(t) {
      const store = await t.store()
      const operation = { id: 'op', fingerprint: 'f' }
      await store.records.commit('a', { operation, append: ['old'], metadata: { old: true } })
      assert.equal(await store.deleteSession('a'), true)
      assertEqual(await store.records.read('a'), [])
      assertEqual(await store.records.commit('a', { append: ['new'] }), { status: 'applied', dropped: [] })
      assertEqual(await store.records.read('a'), ['new'])
      assert.equal((await store.getSessionInfo('a'))?.metadata, undefined)
    },
  },
  {
    id: 'delete/unchanged-since',
    title: 'deletes a session on request only if it was not changed since',
    store: true,
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a'])
      const seen = (await store.getSessionInfo('a'))?.updatedAt ?? new Date(0)
      await writeInOrder(store, ['a'])
      assert.equal(await store.deleteSession('a', { unchangedSince: seen }), false)
      for (const unchangedSince of [undefined, null, '2026-01-01']) {
        await assertMistake(() => store.deleteSession('a', { unchangedSince } as never), TypeError, `${unchangedSince}`)
      }
      const now = (await store.getSessionInfo('a'))?.updatedAt ?? new Date(0)
      assert.equal(await store.deleteSession('a', { unchangedSince: now }), true)
      assert.equal(await store.getSessionInfo('a'), undefined)
    },
  },
  {
    id: 'delete/filter',
    title: 'deletes what matches a filter, says how many, and leaves the rest',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const ids = ['x:1', 'x:2', 'x%', 'y:1']
      for (const id of ids) await store.session<Item>(id).addItems(messages(3))
      await store.session('y:1').setMetadata({ keep: false })
      assert.equal(await store.deleteSessions({ prefix: 'x:' }), 2)
      assert.equal(await store.deleteSessions({ prefix: 'x:' }), 0)
      assertEqual(await listed(store), ['y:1', 'x%'])
      assert.equal(await store.deleteSessions({ metadata: { keep: false } }), 1)
      const kept = (await store.getSessionInfo('x%'))?.updatedAt ?? new Date(0)
      assert.equal(await store.deleteSessions({ updatedBefore: kept }), 0)
      assert.equal(await store.deleteSessions({ updatedBefore: new Date(kept.getTime() + 1) }), 1)
      assertEqual(await listed(store), [])
    },
  },
  {
    id: 'delete/dry-run',
    title: 'counts what it would delete and deletes nothing on request',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['x:1', 'x:2', 'y'])
      const before = await collect(store.listSessions())
      assert.equal(await store.deleteSessions({ prefix: 'x:' }, { dryRun: true }), 2)
      assert.equal(await store.deleteSessions({ prefix: 'x:', limit: 1 }, { dryRun: true }), 1)
      assert.equal(await store.deleteSessions({ prefix: 'nobody' }, { dryRun: true }), 0)
      assertEqual(await collect(store.listSessions()), before)
      for (const dryRun of [undefined, null, 'yes', 1]) {
        await assertMistake(() => store.deleteSessions({ prefix: 'x' }, { dryRun } as never), TypeError, `${dryRun}`)
      }
      await assertMistake(() => store.deleteSessions({}, { dryRun: true }), TypeError, 'no criterion')
      assertEqual(await collect(store.listSessions()), before)
      assert.equal(await store.deleteSessions({ prefix: 'x:' }, { dryRun: false }), 2)
    },
  },
  {
    id: 'delete/while-writing',
    title: 'deletes no session that is written while the ones to delete are found',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      let round = 0
      const attempt = async (): Promise<boolean> => {
        round++
        const sessions = Array.from({ length: 60 }, (_, index) => store.session<Item>(`s${round}.${index}`))
        for (const session of sessions) await session.addItems([message('old')])
        const [newest] = await collect(store.listSessions())
        const updatedBefore = new Date((newest?.updatedAt.getTime() ?? 0) + 1)
        // Until the session has left the filter: a write of the same millisecond as the newest old one may not be enough.
        const write = async (session: StoredSession<Item>): Promise<void> => {
          do await session.addItems([message('new')])
          while (((await session.info())?.updatedAt ?? new Date(0)) < updatedBefore)
        }
        const writing = (async () => {
          for (const session of sessions) await write(session)
        })()
        const [deleted] = await Promise.all([store.deleteSessions({ updatedBefore }), writing])
        const lost = []
        let begunAnew = 0
        for (const session of sessions) {
          const items = await session.getItems()
          if (items.at(-1)?.content !== 'new') lost.push(session.sessionId)
          if (items[0]?.content !== 'old') begunAnew++
        }
        assertEqual(lost, [], `sessions whose acknowledged write was deleted, of ${deleted} deleted,`)
        assert.equal(deleted, begunAnew, 'it counts others than those that it deleted')
        for (const session of sessions) await store.deleteSession(session.sessionId)
        return deleted > 0 && deleted < sessions.length
      }
      await whenRaced('some were deleted and others were written before', attempt)
    },
  },
  {
    id: 'delete/no-criterion',
    title: 'refuses to delete without a criterion',
    store: true,
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a'])
      const after = { updatedAt: new Date(), sessionId: 'b' }
      for (const filter of [
        undefined,
        {},
        { limit: 1 },
        { metadata: {} },
        { prefix: '' },
        { after },
        { prefix: 'a', after },
      ]) {
        await assertMistake(() => store.deleteSessions(filter as SessionFilter), TypeError, JSON.stringify(filter))
      }
      assert.notEqual(await store.getSessionInfo('a'), undefined)
    },
  },
]
