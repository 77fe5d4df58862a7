import assert from 'node:assert/strict'
import type { Progress } from '../../call/long-call.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, assertMistake, collect, listed, messages, writeInOrder } from '../fixtures.ts'
import type { Item } from '../item.ts'

/** What the call rejects or throws with. */
async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('The call was to fail.')
}

export const longCallCases: readonly CaseDefinition[] = [
  {
    id: 'signal/aborted',
    title: 'begins nothing once its signal was aborted, and rejects with the reason',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a', 'b'])
      const reason = new Error('the user went away')
      const signal = AbortSignal.abort(reason)
      const calls = [
        () => collect(store.listSessions({}, { signal })),
        () => store.deleteSessions({ prefix: 'a' }, { signal }),
        () => store.deleteSessions({ prefix: 'a' }, { signal, dryRun: true }),
        () => store.purgeExpired({ signal }),
        () => collect(store.session('a').items({ signal })),
      ]
      for (const [index, call] of calls.entries()) assert.equal(await failure(call), reason, `call ${index}`)
      assertEqual(await listed(store), ['b', 'a'])
    },
  },
  {
    id: 'signal/while-iterating',
    title: 'ends an iteration with the reason of the abort',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const session = store.session<Item>('a')
      await session.addItems(messages(30))
      await writeInOrder(store, ['b', 'c'])
      for (const start of [
        (signal: AbortSignal) => session.items({ pageSize: 5, signal }),
        (signal: AbortSignal) => store.listSessions({}, { signal }),
      ]) {
        const controller = new AbortController()
        const reason = new Error('enough')
        let seen = 0
        const error = await failure(async () => {
          for await (const _ of start(controller.signal)) if (++seen === 2) controller.abort(reason)
        })
        assert.equal(error, reason)
        assert.ok(seen < 10, `${seen} more were given after the abort`)
      }
      await assertItems(session, messages(30))
    },
  },
  {
    id: 'signal/refused',
    title: 'refuses what is no signal and no function, at once',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a'])
      for (const signal of ['x', 1, {}, null, new Map()] as never[]) {
        await assertMistake(() => store.listSessions({}, { signal }), TypeError, 'listSessions')
        await assertMistake(() => store.deleteSessions({ prefix: 'a' }, { signal }), TypeError, 'deleteSessions')
        await assertMistake(() => store.purgeExpired({ signal }), TypeError, 'purgeExpired')
        await assertMistake(() => store.session('a').items({ signal }), TypeError, 'items')
      }
      for (const onProgress of ['x', 1, {}, null] as never[]) {
        await assertMistake(() => store.deleteSessions({ prefix: 'a' }, { onProgress }), TypeError, 'deleteSessions')
        await assertMistake(() => store.purgeExpired({ onProgress }), TypeError, 'purgeExpired')
      }
      assertEqual(await listed(store), ['a'])
    },
  },
  {
    id: 'progress/deletion',
    title: 'says how far a deletion is, and ends with what the listener throws',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['x:1', 'x:2', 'x:3'])
      for (const dryRun of [true, false]) {
        const seen: Progress[] = []
        const deleted = await store.deleteSessions(
          { prefix: 'x:' },
          { dryRun, onProgress: (progress) => void seen.push(progress) },
        )
        assert.equal(deleted, 3)
        assertEqual(seen.at(-1), { done: 3 }, 'the last news')
      }
      await writeInOrder(store, ['x:1'])
      const reason = new Error('the disk of the log is full')
      const onProgress = async (): Promise<void> => {
        throw reason
      }
      assert.equal(await failure(() => store.deleteSessions({ prefix: 'x:' }, { onProgress })), reason)
      assertEqual(await listed(store), [])
    },
  },
  {
    id: 'progress/purge',
    title: 'says how far a purge is',
    needs: ['ttl', 'list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a', 'b', 'c'])
      const info = await store.getSessionInfo('c')
      await t.advance((info?.expiresAt?.getTime() ?? 0) - (info?.updatedAt.getTime() ?? 0) + 1_000)
      const seen: number[] = []
      const purged = await store.purgeExpired({ onProgress: ({ done }) => void seen.push(done) })
      assertEqual(
        seen.toSorted((a, b) => a - b),
        seen,
        'progress',
      )
      assert.ok(seen.every((done) => done <= purged))
      assertEqual(await listed(store), [])
    },
  },
]
