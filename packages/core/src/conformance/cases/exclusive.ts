import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { assertCode, assertItems, assertMistake, messages } from '../fixtures.ts'
import { offered, offers } from '../offered.ts'

/** What the caller of `exclusive` gets: a session of its class, the error of the work, and what is refused. */
export const exclusiveCases: readonly CaseDefinition[] = [
  {
    id: 'exclusive/nested',
    title: 'hands out a session of the same class, on which holding it again is no waiting',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'leases')
      await session.exclusive(async ({ session: held }) => {
        assert.ok(held instanceof (session.constructor as new () => object), 'it is of another class')
        assert.equal(held.sessionId, session.sessionId)
        assert.equal(await held.getSessionId(), session.sessionId)
        await held.exclusive(({ session: inner }) => inner.addItems(messages(1)), { whenBusy: 'reject' })
        await assertCode(() => session.exclusive(async () => {}, { whenBusy: 'reject' }), 'SESSION_IN_USE')
        await held.close()
        await assertCode(() => held.getItems(), 'SESSION_CLOSED')
      })
      await assertItems(session, messages(1))
    },
  },
  {
    id: 'exclusive/failure',
    title: 'lets go when the work fails, and passes its error on; an abort ends waiting',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      const failure = new Error('of the work')
      await assert.rejects(
        session.exclusive(() => Promise.reject(failure)),
        (error) => error === failure,
      )
      assert.equal(await store.leaseOf(id), undefined)
      await using _held = await session.acquire()
      const reason = new Error('of the abort')
      const waiting = session.exclusive(async () => {}, { signal: AbortSignal.any([abortSoon(reason)]) })
      await assert.rejects(waiting, (error) => error === reason)
      await assert.rejects(session.acquire({ signal: AbortSignal.abort(reason) }), (error) => error === reason)
    },
  },
  {
    id: 'exclusive/refused',
    title: 'refuses options that are none',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'leases')
      const nothing = async (): Promise<void> => {}
      for (const options of [{ whenBusy: 'later' }, { waitMs: '1' }, { leaseMs: true }, { signal: {} }, { wait: 1 }]) {
        await assertMistake(() => session.exclusive(nothing, options as never), TypeError, JSON.stringify(options))
      }
      for (const options of [{ waitMs: -1 }, { leaseMs: 0 }, { leaseMs: 2 ** 31 }, { waitMs: Number.NaN }]) {
        await assertMistake(() => session.acquire(options), RangeError, JSON.stringify(options))
      }
      await assertMistake(() => session.exclusive({} as never), TypeError, 'no function')
      assert.equal(await store.leaseOf(id), undefined)
    },
  },
  {
    id: 'exclusive/unsupported',
    title: 'rejects with SESSION_UNSUPPORTED where the store keeps no leases',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      if (await offers(store, 'leases')) throw new CaseSkipped('the store offers leases')
      let ran = false
      const work = async (): Promise<void> => {
        ran = true
      }
      await assertCode(() => store.session(id).exclusive(work), 'SESSION_UNSUPPORTED')
      await assertCode(() => store.session(id).acquire(), 'SESSION_UNSUPPORTED')
      assert.equal(ran, false, 'the work ran without a lease')
    },
  },
]

function abortSoon(reason: Error): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(reason), 20)
  return controller.signal
}
