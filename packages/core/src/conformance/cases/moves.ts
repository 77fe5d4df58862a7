import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { MemoryStore } from '../../memory/memory-store.ts'
import { copySessions } from '../../operations/copy-sessions.ts'
import { nothingTransferred } from '../../operations/transfer-result.ts'
import type { SessionStore } from '../../session/session-store.ts'
import type { RestoredSession } from '../../store/restored-session.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import type { CaseContext } from '../context.ts'
import { assertCode, assertEqual, assertItems, assertWholeBatches, batch, listed, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered, offers } from '../offered.ts'

const minuteMs = 60_000

/** A store in memory that is ten minutes behind the one under test, so that times of the one are none of the other. */
async function earlier(t: CaseContext): Promise<{ source: MemoryStore; clock: ManualClock; store: SessionStore }> {
  const { store, id } = await offered(t, 'restore')
  await store.session<Item>(id).addItems(messages(1))
  const now = Number((await store.getSessionInfo(id))?.updatedAt)
  await store.deleteSession(id)
  const clock = new ManualClock(now - 10 * minuteMs)
  return { source: new MemoryStore({ clock }), clock, store }
}

async function assertSame(store: SessionStore, source: SessionStore, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    assertEqual(await store.getSessionInfo(id), await source.getSessionInfo(id), 'what is known of the session')
    assertEqual(await store.records.read(id), await source.records.read(id), 'its records')
  }
}

/** Milliseconds between the times of entries on both sides, at most; some stores keep whole seconds, some none. */
async function distance(store: SessionStore, source: SessionStore, id: string): Promise<number> {
  if (!(await offers(store, 'entries'))) return 0
  const [entries, given] = [(await store.session(id).page()).entries, (await source.session(id).page()).entries]
  const gaps = entries.map(({ createdAt }, index) => createdAt && Number(createdAt) - Number(given[index]?.createdAt))
  return Math.max(...gaps.map((gap) => Math.abs(gap ?? 0)))
}

export const moveCases: readonly CaseDefinition[] = [
  {
    id: 'operations/copy-in',
    title: 'gives a copied session the times, the expiry, the metadata and the records of the one it is copied from',
    store: true,
    async run(t) {
      const { source, clock, store } = await earlier(t)
      const ids = [t.id(), t.id(), t.id(), t.id()] as const
      for (const [index, id] of ids.slice(0, 3).entries()) {
        for (const item of messages(index)) {
          await source.session<Item>(id).addItems([item])
          clock.advance(minuteMs / 2 + 1)
        }
        await source.session<Item>(id).setMetadata({ userId: 'ada', number: index, '': { deep: [1, 'ü', null] } })
      }
      const [createdAt, updatedAt] = [new Date(clock.now() - 5), new Date(clock.now())]
      const expiresAt = new Date(clock.now() + 1_000 * minuteMs)
      const ending = { sessionId: ids[3], createdAt, updatedAt, expiresAt, operations: [] }
      await source.moves.restore([{ ...ending, records: ['{"role":"user","content":"a"}'], times: [undefined] }])
      assertEqual(await copySessions(source, store), { ...nothingTransferred(), created: 4, records: 4, size: 140 })
      await assertSame(store, source, ids)
      for (const id of ids.slice(1)) assert.ok((await distance(store, source, id)) < 1_000, 'times of entries differ')
      if (t.has('list')) assertEqual(await listed(store), await listed(source), 'the order of listing')
      assertEqual(await copySessions(source, store), { ...nothingTransferred(), equal: 4 }, 'what a second copy does')
    },
  },
  {
    id: 'operations/copy-out',
    title: 'is copied with what makes a repeated operation a duplicate, where the store remembers that, and back again',
    store: true,
    needs: ['list', 'transactions'],
    async run(t) {
      const { store, id, session } = await offered(t, 'restore')
      const args = { operationId: 'op 1', transaction: { type: 'append_items', items: messages(2) } } as const
      await session.applyHistoryTransaction(args)
      await session.setMetadata({ userId: 'ada' })
      const copy = new MemoryStore()
      await copySessions(store, copy)
      const { expiresAt: _, ...info } = (await copy.getSessionInfo(id)) ?? {}
      const { expiresAt: __, ...expected } = (await store.getSessionInfo(id)) ?? {}
      assertEqual(info, expected, 'what is known of the copy')
      assertEqual(await copy.records.read(id), await store.records.read(id), 'its records')
      const kept = await store.moves.operations(id)
      assertEqual(await copy.moves.operations(id), kept, 'its operations')
      await store.session<Item>(t.id()).addItems(messages(1))
      for (const filter of [{}, { prefix: id }, { metadata: { userId: 'ada' } }, { limit: 1 }]) {
        const chosen = new MemoryStore()
        await copySessions(store, chosen, { filter })
        assertEqual(await listed(chosen), await listed(store, filter), JSON.stringify(filter))
      }
      await store.deleteSession(id)
      await copySessions(copy, store)
      if (kept.length === 0) return
      await session.applyHistoryTransaction(args)
      await assertItems(session, messages(2))
      await session.applyHistoryTransaction({ ...args, operationId: 'op 2' })
      await assertItems(session, [...messages(2), ...messages(2)])
    },
  },
  {
    id: 'operations/copy-again',
    title: 'completes what is a beginning of the source, and leaves its entries as they are',
    store: true,
    async run(t) {
      const { source, clock, store } = await earlier(t)
      const id = t.id()
      await source.session<Item>(id).addItems(messages(3))
      await source.session<Item>(id).setMetadata({ userId: 'ada', gone: 1 })
      await copySessions(source, store)
      const hasEntries = await offers(store, 'entries')
      const before = hasEntries ? (await store.session(id).page()).entries : []
      clock.advance(minuteMs)
      await source.session<Item>(id).addItems(messages(2, 'later'))
      await source.session<Item>(id).setMetadata({ gone: undefined, topic: 'b' })
      const { completed, records } = await copySessions(source, store)
      assertEqual([completed, records], [1, 2], 'what was written')
      await assertSame(store, source, [id])
      if (hasEntries) assertEqual((await store.session(id).page()).entries.slice(0, 3), before, 'the entries before')
      assert.equal((await copySessions(source, store)).equal, 1, 'sessions that are equal')
    },
  },
  {
    id: 'operations/copy-conflict',
    title: 'rejects with SESSION_EXISTS for another session of that id, leaves it, or replaces it with all it had',
    store: true,
    async run(t) {
      const { source, store } = await earlier(t)
      const [id, other] = [t.id(), t.id()]
      await source.session<Item>(id).addItems(messages(2))
      await source.session<Item>(other).addItems(messages(1))
      await store.session<Item>(id).addItems(messages(3, 'another'))
      await store.session<Item>(id).setMetadata({ mine: true })
      const before = [await store.getSessionInfo(id), await store.records.read(id)]
      const now = async (): Promise<unknown> => [await store.getSessionInfo(id), await store.records.read(id)]
      await assertCode(() => copySessions(source, store), 'SESSION_EXISTS')
      assertEqual(await now(), before, 'the session that is there')
      const { skipped, equal, created } = await copySessions(source, store, { onConflict: 'skip' })
      assertEqual([skipped, equal + created], [1, 1], 'what came of each')
      assertEqual(await now(), before, 'the session that is there')
      assert.equal((await copySessions(source, store, { onConflict: 'replace' })).replaced, 1)
      await assertSame(store, source, [id, other])
    },
  },
  {
    id: 'operations/restore-as-read',
    title: 'writes over a session only while it is as it was read',
    store: true,
    async run(t) {
      const { source, store } = await earlier(t)
      const id = t.id()
      await store.session<Item>(id).addItems(messages(2))
      const info = await store.getSessionInfo(id)
      assert.ok(info !== undefined)
      const { itemCount: _, updatedAt, ...rest } = info
      const given = { ...rest, updatedAt: new Date(+updatedAt + 1), records: ['{"a":1}'], times: [undefined] }
      const session: RestoredSession = { ...given, operations: [] }
      const newest = store.records.keepsPlaces ? (await store.session(id).page()).entries.map((entry) => entry.id) : []
      const overs = [
        { updatedAt: new Date(+updatedAt - 1), keeps: true },
        { updatedAt: new Date(+updatedAt + 1), keeps: false },
        ...newest.slice(0, 1).map((first) => ({ updatedAt, newest: first, keeps: true })),
        ...newest.slice(0, 1).map(() => ({ updatedAt, newest: null, keeps: false })),
      ]
      assertEqual(await store.moves.restore([session]), ['conflict'], 'without a word of what is there')
      for (const over of overs) {
        assertEqual(await store.moves.restore([{ ...session, over }]), ['conflict'], JSON.stringify(over))
      }
      assertEqual(await store.moves.restore([{ ...session, sessionId: t.id(), over: { updatedAt, keeps: true } }]), [
        'conflict',
      ])
      assertEqual(await store.getSessionInfo(id), info, 'the session that is there')
      const last = newest.at(-1)
      const over = { updatedAt, keeps: true, ...(last !== undefined && { newest: last }) }
      assertEqual(await store.moves.restore([{ ...session, over }]), ['restored'])
      assert.equal((await store.getSessionInfo(id))?.itemCount, 3)
      assertEqual(await source.moves.restore([{ ...session, over }]), ['conflict'], 'a session that is not there')
    },
  },
  {
    id: 'operations/while-writing',
    title: 'copies a session as it is at one instant while others write it, and shows it whole or not at all',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'restore')
      if (!t.has('list')) throw new CaseSkipped('a copy lists sessions')
      await session.addItems(batch('w', 0, 7))
      const copies = Array.from({ length: 4 }, () => new MemoryStore())
      const writing = (async () => {
        for (let index = 1; index <= 8; index++) await session.addItems(batch('w', index, 7))
      })()
      await Promise.all(copies.map((copy) => copySessions(store, copy)))
      await writing
      for (const copy of copies) {
        const items = await copy.session<Item>(id).getItems()
        assertWholeBatches(items)
        assert.equal((await copy.getSessionInfo(id))?.itemCount, items.length)
        await copySessions(store, copy)
        await assertItems(copy.session<Item>(id), await session.getItems())
      }
      await store.deleteSession(id)
      let isCopied = false
      const reading = (async () => {
        while (!isCopied) {
          const { length } = await session.getItems()
          assert.ok(length === 0 || length === 63, `a session of 63 items was seen with ${length}`)
          // A store in memory would leave no turn to others.
          await turn()
        }
      })()
      const copying = Promise.all(copies.map((copy) => copySessions(copy, store))).finally(() => {
        isCopied = true
      })
      const [results] = await Promise.all([copying, reading])
      assert.equal(
        results.reduce((sum, { created }) => sum + created, 0),
        1,
        'copies that made the session',
      )
      assert.equal((await session.getItems()).length, 63)
    },
  },
]
