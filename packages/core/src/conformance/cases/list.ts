import assert from 'node:assert/strict'
import type { SessionFilter } from '../../store/session-filter.ts'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, collect, listed, message, writeInOrder } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { passTime } from '../timing.ts'

export const listCases: readonly CaseDefinition[] = [
  {
    id: 'list/refused',
    title: 'refuses to list where listing is not declared',
    store: true,
    without: ['list'],
    async run(t) {
      const store = await t.store()
      await assertCode(() => collect(store.listSessions()), 'SESSION_UNSUPPORTED')
    },
  },
  {
    id: 'list/newest-first',
    title: 'lists each session once, the last changed first, with what info() says',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      assertEqual(await listed(store), [])
      // Made in another order than the one in which they are changed, and at times that differ where the clock moves.
      for (const id of ['c', 'a', 'b']) {
        await store.session<Item>(id).addItems([message(id)])
        await passTime(t, (await store.getSessionInfo(id))?.createdAt)
      }
      await writeInOrder(store, ['b', 'c', 'a'])
      await passTime(t, (await store.getSessionInfo('a'))?.updatedAt)
      const infos = await collect(store.listSessions())
      assertEqual(
        infos.map(({ sessionId }) => sessionId),
        ['a', 'c', 'b'],
      )
      await passTime(t, infos[0]?.createdAt)
      for (const info of infos) assertEqual(info, await store.getSessionInfo(info.sessionId))
      assertEqual(
        infos.map(({ itemCount }) => itemCount),
        [4, 3, 2],
      )
    },
  },
  {
    id: 'list/prefix',
    title: 'takes a prefix literally, byte for byte',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const ids = [
        'user%1',
        'user_1',
        'userA1',
        'usera1',
        'USER%1',
        'user',
        'use',
        '%',
        '_',
        'é1',
        'e\u03011',
        'user:1',
        'u*',
        '[u]',
        '😀1',
        '😁1',
        'user😀',
        'user\uffff1',
        'user\u{10ffff}',
        '\u{10ffff}',
        '\u{10ffff}a',
      ]
      await writeInOrder(store, ids)
      for (const prefix of [
        'user',
        'user%',
        'user_',
        'userA',
        '%',
        '_',
        'é',
        'e',
        'u*',
        '[u',
        '😀',
        '\u{10ffff}',
        'user\u{10ffff}',
        'USER',
        'nobody',
      ]) {
        const expected = ids.filter((id) => id.startsWith(prefix)).toReversed()
        assertEqual(await listed(store, { prefix }), expected, `prefix ${JSON.stringify(prefix)}`)
      }
    },
  },
  {
    id: 'list/updated',
    title: 'takes updatedBefore and updatedAfter exclusively',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a', 'b', 'c'])
      const [c, b, a] = await collect(store.listSessions())
      assert.ok(a && b && c)
      const instants = [a, b, c].map(({ updatedAt }) => updatedAt.getTime())
      const expected = (test: (instant: number) => boolean): string[] =>
        [c, b, a].filter(({ updatedAt }) => test(updatedAt.getTime())).map(({ sessionId }) => sessionId)
      for (const instant of [...instants, (instants[0] ?? 0) - 1, (instants[2] ?? 0) + 1, 0, 8.64e15]) {
        const date = new Date(instant)
        assertEqual(
          await listed(store, { updatedBefore: date }),
          expected((updated) => updated < instant),
        )
        assertEqual(
          await listed(store, { updatedAfter: date }),
          expected((updated) => updated > instant),
        )
      }
    },
  },
  {
    id: 'list/updated-not-created',
    title: 'orders and filters by the last change, whenever the session was created',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      for (const id of ['a', 'b', 'c']) await store.session<Item>(id).addItems([message(id)])
      const newest = (await collect(store.listSessions()))[0]?.updatedAt ?? new Date(0)
      const session = store.session<Item>('a')
      do await session.addItems([message('again')])
      while (((await session.info())?.updatedAt ?? newest) <= newest)
      assertEqual(await listed(store, { updatedAfter: newest }), ['a'])
      assertEqual(await listed(store, { limit: 1 }), ['a'])
      const others = await listed(store, { updatedBefore: new Date(newest.getTime() + 1) })
      assertEqual(others.toSorted(), ['b', 'c'])
    },
  },
  {
    id: 'list/limit',
    title: 'gives at most limit sessions, the newest',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a', 'b', 'c'])
      assertEqual(await listed(store, { limit: 2 }), ['c', 'b'])
      assertEqual(await listed(store, { limit: 9 }), ['c', 'b', 'a'])
      for (const limit of [0, -1]) assertEqual(await listed(store, { limit }), [])
    },
  },
  {
    id: 'list/limit-of-matches',
    title: 'counts only sessions that match towards the limit',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['other', 'user_1', 'both', 'userA1', 'USER_1'])
      await store.session('both').setMetadata({ user: 'u1', topic: 'x' })
      await store.session('userA1').setMetadata({ topic: 'x' })
      await store.session('USER_1').setMetadata({ user: 'u1' })
      assertEqual(await listed(store, { prefix: 'user_', limit: 1 }), ['user_1'])
      assertEqual(await listed(store, { metadata: { user: 'u1', topic: 'x' }, limit: 1 }), ['both'])
      const all = await collect(store.listSessions())
      const updatedBefore = all[0]?.updatedAt ?? new Date(0)
      // The next one may have been changed in the same millisecond.
      const older = all.find(({ updatedAt }) => updatedAt < updatedBefore)
      assertEqual(await listed(store, { updatedBefore, limit: 1 }), [older?.sessionId])
    },
  },
  {
    id: 'list/while-writing',
    title: 'gives no session that has changed out of the filter while the list is read, and the others once',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const ids = ['a', 'b', 'c', 'd', 'e']
      await writeInOrder(store, ids)
      const [newest] = await collect(store.listSessions())
      const updatedBefore = new Date((newest?.updatedAt.getTime() ?? 0) + 1)
      const seen: string[] = []
      for await (const info of store.listSessions({ updatedBefore })) {
        seen.push(info.sessionId)
        assert.ok(info.updatedAt < updatedBefore, 'a session was given that does not match any more')
        if (seen.length > 1) continue
        // One that was given already, and one that is still to come.
        for (const id of ['e', 'b']) {
          for (let time = 0; time < ids.length; time++) await store.session<Item>(id).addItems([message('changed')])
        }
      }
      assertEqual(
        seen.filter((id) => id !== 'b'),
        ['e', 'd', 'c', 'a'],
      )
    },
  },
  {
    id: 'list/metadata',
    title: 'finds sessions by metadata, all keys equal in value and type',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const all = {
        a: { user: 'u1', n: 1, on: true },
        b: { user: 'u1', n: '1', on: false },
        c: { user: 'U1' },
        d: { user: ['u1'], n: 1.5 },
      }
      for (const [id, metadata] of Object.entries(all)) await store.session(id).setMetadata(metadata)
      await writeInOrder(store, Object.keys(all))
      const found = async (metadata: SessionFilter['metadata'] & {}): Promise<string[]> => listed(store, { metadata })
      assertEqual(await found({ user: 'u1' }), ['b', 'a'])
      assertEqual(await found({ user: 'u1', n: 1 }), ['a'])
      assertEqual(await found({ n: '1' }), ['b'])
      assertEqual(await found({ on: true }), ['a'])
      assertEqual(await found({ on: 1 }), [])
      assertEqual(await found({ user: 'u%' }), [])
      assertEqual(await found({ other: 'u1' }), [])
      assertEqual(await listed(store, { metadata: { user: 'u1' }, prefix: 'a', limit: 5 }), ['a'])
    },
  },
  {
    id: 'list/many',
    title: 'lists 1,200 sessions, each once',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const ids = Array.from({ length: 1_200 }, (_, index) => `s${index}`)
      await Promise.all(ids.map((id) => store.session<Item>(id).addItems([message(id)])))
      assertEqual((await listed(store)).toSorted(), ids.toSorted())
    },
  },
]
