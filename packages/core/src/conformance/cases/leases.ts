import assert from 'node:assert/strict'
import { setImmediate as moment, setTimeout as sleep } from 'node:timers/promises'
import { SessionError } from '../../errors/session-error.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { assertCode, assertEqual, assertItems, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'
import { soon, withinMargin } from '../timing.ts'

export const leaseCases: readonly CaseDefinition[] = [
  {
    id: 'exclusive/one-at-a-time',
    title: 'lets one holder in at a time, in order of arrival, so that no update is lost',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      const order: number[] = []
      let inside = 0
      const work = (index: number): Promise<void> =>
        store.session<Item>(id).exclusive(async ({ session: held }) => {
          assert.equal(++inside, 1, 'two hold the session at once')
          order.push(index)
          const count = (await held.getItems()).length
          await moment()
          await held.addItems([message(`${count}`)])
          inside--
        })
      await Promise.all(Array.from({ length: 8 }, (_, index) => work(index)))
      assertEqual(order, [0, 1, 2, 3, 4, 5, 6, 7], 'the order of arrival')
      await assertItems(
        session,
        Array.from({ length: 8 }, (_, index) => message(`${index}`)),
      )
      assert.equal(await store.leaseOf(id), undefined, 'somebody still holds')
    },
  },
  {
    id: 'exclusive/creates-nothing',
    title: 'holds a session that is not there, without creating it, and says until when',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      await session.exclusive(async ({ session: held }) => {
        assert.equal(await store.getSessionInfo(id), undefined)
        const lease = await store.leaseOf(id)
        assert.ok(lease !== undefined && lease.until instanceof Date, 'leaseOf gives nothing')
        await held.addItems(messages(1))
        await session.clearSession()
        await session.delete()
        await held.addItems(messages(2))
        assert.ok(await store.leaseOf(id), 'the lease went with the session')
      })
      await assertItems(session, messages(2))
      assert.equal(await store.leaseOf(id), undefined)
    },
  },
  {
    id: 'exclusive/busy',
    title: 'rejects with SESSION_IN_USE at once, or after the time to wait, and holds up nobody outside',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      await using held = await session.acquire()
      const nothing = async (): Promise<void> => {}
      for (const options of [{ whenBusy: 'reject' as const }, { waitMs: 0 }, { waitMs: 30 }]) {
        const refused = (): Promise<void> => soon('the refusal', session.exclusive(nothing, options), 100)
        const error = await assertCode(refused, 'SESSION_IN_USE')
        assert.equal(error.retryable, false)
        if (t.has('shared')) {
          const other = (await t.anotherStore()).session<Item>(id)
          await assertCode(() => other.exclusive(nothing, options), 'SESSION_IN_USE')
        }
      }
      await assertCode(() => session.acquire({ whenBusy: 'reject' }), 'SESSION_IN_USE')
      await session.addItems(messages(1))
      await assertItems(session, messages(1))
      await held.session.addItems(messages(1))
      await held.release()
      await held.release()
      assert.equal(await store.leaseOf(id), undefined)
      await session.exclusive(nothing, { whenBusy: 'reject' })
    },
  },
  {
    id: 'exclusive/take-over',
    title: 'lets a newer holder take the session over: the older one never writes again',
    store: true,
    async run(t) {
      const { id, session } = await offered(t, 'leases')
      await session.addItems(messages(3))
      await session.setMetadata({ n: 1 })
      const older = await session.acquire()
      const [one] = t.has('shared') ? [(await t.anotherStore()).session<Item>(id)] : [session]
      const newer = await one.acquire({ whenBusy: 'takeOver' })
      const before = await session.info()
      const writes = [
        () => older.session.addItems(messages(1)),
        () => older.session.popItem(),
        () => older.session.clearSession(),
        () => older.session.setMetadata({ n: 2 }),
        () => older.session.updateMetadata(() => ({ n: 2 })),
        () => older.session.replaceHistoryWithCompaction(messages(1)),
        () => older.session.rewind({ turns: 1 }),
        () => older.session.replaceItems(messages(1)),
        () => older.session.delete(),
      ]
      for (const write of writes) await assertCode(write, 'SESSION_LEASE_LOST')
      assertEqual(await session.info(), before)
      assertEqual(await older.session.getItems(), messages(3), 'reads go on')
      assert.ok(older.signal.aborted, 'the signal was not aborted')
      assert.ok(older.signal.reason instanceof SessionError && older.signal.reason.code === 'SESSION_LEASE_LOST')
      await newer.session.addItems(messages(1))
      await older.release()
      await newer.session.addItems(messages(1))
      assert.equal(newer.signal.aborted, false)
      await newer.release()
      assert.equal((await session.getItems()).length, 5)
    },
  },
  {
    id: 'exclusive/run-out',
    title: 'refuses the writes of a lease whose time is over, though nobody took it',
    store: true,
    needs: ['ttl'],
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      const held = await session.acquire({ leaseMs: 60_000 })
      await held.session.addItems(messages(1))
      await t.advance(61_000)
      if ((await store.leaseOf(id)) !== undefined) throw new CaseSkipped('advance() does not move the clock of leases')
      await assertCode(() => held.session.addItems(messages(1)), 'SESSION_LEASE_LOST')
      await assertItems(session, messages(1))
      await session.exclusive(({ session: next }) => next.addItems([message('next')]), { whenBusy: 'reject' })
      await held.release()
    },
  },
  {
    id: 'exclusive/renewed',
    title: 'keeps a lease for as long as the work runs',
    store: true,
    // The work takes a second. Where it takes much longer, the machine is too busy for leases as short as these.
    run: (t) =>
      withinMargin(1_600, async () => {
        const { id, session } = await offered(t, 'leases')
        const other = t.has('shared') ? (await t.anotherStore()).session<Item>(id) : session
        await session.exclusive(
          async ({ session: held, signal }) => {
            for (let round = 0; round < 4; round++) {
              await sleep(250)
              await assertCode(() => other.exclusive(async () => {}, { whenBusy: 'reject' }), 'SESSION_IN_USE')
              await held.addItems([message(`${round}`)])
            }
            assert.equal(signal.aborted, false)
          },
          { leaseMs: 600 },
        )
        assert.equal((await session.getItems()).length, 4)
      }),
  },
  {
    id: 'exclusive/duplicate',
    title: 'takes a repeated operation for a duplicate, not for a loss',
    store: true,
    needs: ['transactions'],
    async run(t) {
      const { session } = await offered(t, 'leases')
      const held = await session.acquire()
      const args = { operationId: 'op', transaction: { type: 'append_items', items: messages(1) } } as const
      await held.session.applyHistoryTransaction(args)
      const newer = await session.acquire({ whenBusy: 'takeOver' })
      await held.session.applyHistoryTransaction(args)
      const other = { ...args, operationId: 'another' }
      await assertCode(() => held.session.applyHistoryTransaction(other), 'SESSION_LEASE_LOST')
      await newer.release()
      await assertItems(session, messages(1))
    },
  },
  {
    id: 'exclusive/closing',
    title: 'lets exclusive work finish when the session and the store are closed meanwhile',
    store: true,
    async run(t) {
      const { id } = await offered(t, 'leases')
      const store = t.has('shared') ? await t.anotherStore() : await t.store()
      const session = store.session<Item>(id)
      let closing: Promise<unknown> = Promise.resolve()
      await session.exclusive(async ({ session: held }) => {
        closing = Promise.all([session.close(), store.close()])
        await moment()
        await assertCode(() => session.addItems(messages(1)), 'SESSION_CLOSED')
        await assertCode(() => store.session<Item>(id).addItems(messages(1)), 'SESSION_CLOSED')
        await held.addItems(messages(2))
        assertEqual(await held.getItems(), messages(2))
      })
      await closing
    },
  },
]
