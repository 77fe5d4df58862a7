import assert from 'node:assert/strict'
import type { ChangeConditions, HistoryChange } from '../../store/history-change.ts'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual } from '../fixtures.ts'

/** A change for each condition, which is not met by a session with records and metadata, and what it must come to. */
const unmet: readonly [keyof ChangeConditions, Required<ChangeConditions>[keyof ChangeConditions], string][] = [
  ['create', true, 'exists'],
  ['expectMetadata', { n: 2 }, 'conflict'],
  ['expectNewest', null, 'conflict'],
  ['lease', 'nobody holds this', 'SESSION_LEASE_LOST'],
]

export const recordClearCases: readonly CaseDefinition[] = [
  {
    id: 'records/clear',
    title: 'clears records and operation ids in the same write as what follows, and keeps the session',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const operation = { id: 'op', fingerprint: 'f' }
      await store.records.commit(id, { operation, append: ['a', 'b'] })
      const before = await store.getSessionInfo(id)
      const change = {
        operation: { id: 'next', fingerprint: 'f' },
        clear: true,
        append: ['c'],
        returnDropped: true,
      } as const
      assertEqual(await store.records.commit(id, change), { status: 'applied', dropped: ['a', 'b'] })
      assertEqual(await store.records.commit(id, change), { status: 'duplicate' })
      assertEqual(await store.records.read(id), ['c'])
      assertEqual((await store.getSessionInfo(id))?.createdAt, before?.createdAt)
      assert.equal((await store.records.commit(id, { operation, append: ['d'] })).status, 'applied')
      assertEqual(await store.records.commit(id, { clear: true, metadata: { n: 1 } }), {
        status: 'applied',
        dropped: [],
      })
      assertEqual(await store.records.read(id), [])
      assertEqual((await store.getSessionInfo(id))?.metadata, { n: 1 })
    },
  },
  {
    id: 'records/clear-expected',
    title: 'clears only what ends as expected',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      await store.records.commit(id, { append: ['a', 'b'] })
      const before = await store.getSessionInfo(id)
      assertEqual(await store.records.commit(id, { expectTail: ['a'], clear: true }), { status: 'conflict' })
      assertEqual(await store.getSessionInfo(id), before)
      assert.equal((await store.records.commit(id, { expectTail: ['b'], clear: true })).status, 'applied')
      assert.equal(await store.getSessionInfo(id), undefined)
      assertEqual(await store.records.commit(id, { expectTail: ['b'], clear: true }), { status: 'conflict' })
    },
  },
  {
    id: 'records/clear-atomic',
    title: 'shows readers what was there or what follows a clear, and never nothing',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      await store.records.commit(id, { append: ['0'] })
      const writing = (async () => {
        for (let index = 1; index <= 30; index++)
          await store.records.commit(id, { clear: true, append: [String(index)] })
      })()
      const reading = async (): Promise<void> => {
        for (let time = 0; time < 30; time++) assert.equal((await store.records.read(id)).length, 1)
      }
      await Promise.all([writing, reading(), reading()])
      assertEqual(await store.records.read(id), ['30'])
    },
  },
  {
    id: 'records/not-returned',
    title: 'does not say what it dropped to who does not ask',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const changes: HistoryChange[] = [
        { drop: 1 },
        { expectTail: ['a'], drop: 1 },
        { drop: 'all' },
        { drop: 'all', append: ['c'] },
        { clear: true },
      ]
      for (const change of changes) {
        await store.records.commit(id, { append: ['b', 'a'] })
        const result = await store.records.commit(id, change)
        assertEqual(result, { status: 'applied', dropped: [] }, JSON.stringify(change))
      }
      assertEqual(await store.records.read(id), [])
    },
  },
  {
    id: 'records/conditions',
    title: 'writes nothing on a condition that is not met, nor on one that it does not know',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      await store.records.commit(id, { append: ['a'], metadata: { n: 1 } })
      const before = await store.getSessionInfo(id)
      for (const [name, value, status] of unmet) {
        for (const rest of [{ append: ['b'] }, { drop: 1 }, { clear: true }, { metadata: { n: 3 } }, {}]) {
          const change = { [name]: value, ...rest } as HistoryChange
          const commit = (): unknown => store.records.commit(id, change)
          if (!store.records.supports(name)) await assertCode(commit, 'SESSION_UNSUPPORTED')
          else if (status === 'SESSION_LEASE_LOST') await assertCode(commit, status)
          else assertEqual(await commit(), { status }, name)
        }
      }
      assertEqual(await store.getSessionInfo(id), before)
      assertEqual(await store.records.read(id), ['a'])
    },
  },
]
