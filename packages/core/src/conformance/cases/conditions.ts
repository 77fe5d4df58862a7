import assert from 'node:assert/strict'
import { SessionError } from '../../errors/session-error.ts'
import type { SessionStore } from '../../session/session-store.ts'
import type { ChangeConditions, HistoryChange } from '../../store/history-change.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import type { CaseContext } from '../context.ts'
import { assertCode, assertEqual } from '../fixtures.ts'
import { offers } from '../offered.ts'

const all: readonly (keyof ChangeConditions)[] = ['maintain', 'expectNewest', 'expectMetadata', 'create', 'lease']

/** The store, where it says that it knows the condition. */
async function knowing(
  t: CaseContext,
  condition: keyof ChangeConditions,
): Promise<{ store: SessionStore; id: string }> {
  const store = await t.store()
  if (!store.records.supports(condition)) throw new CaseSkipped(`the store does not know ${condition}`)
  return { store, id: t.id() }
}

/** Commits, and says with what status; what is refused must change nothing. */
async function statusOf(store: SessionStore, id: string, change: HistoryChange): Promise<string> {
  const before = [await store.getSessionInfo(id), await store.records.read(id)]
  const status = await store.records.commit(id, change).then(
    (result) => result.status,
    (error: unknown) => {
      if (error instanceof SessionError && error.code === 'SESSION_LEASE_LOST') return 'lost'
      throw error
    },
  )
  if (status === 'applied') return status
  assertEqual([await store.getSessionInfo(id), await store.records.read(id)], before, `what is there after ${status}`)
  return status
}

export const conditionCases: readonly CaseDefinition[] = [
  {
    id: 'records/expect-newest',
    title: 'writes on the condition expectNewest only where the newest entry is that one, whatever it holds',
    store: true,
    async run(t) {
      const { store, id } = await knowing(t, 'expectNewest')
      if (!(await offers(store, 'entries'))) throw new CaseSkipped('the store offers no entries to expect')
      const change = (expectNewest: string | null): HistoryChange => ({
        expectNewest,
        append: ['same'],
        metadata: { n: 1 },
      })
      const newest = async (): Promise<string> => {
        const { entries } = await store.records.entries(id, { limit: 1 })
        return entries[0]?.id ?? ''
      }
      assert.equal(await statusOf(store, id, change('nothing')), 'conflict')
      assert.equal(await statusOf(store, id, change(null)), 'applied')
      const first = await newest()
      assert.equal(await statusOf(store, id, change(null)), 'conflict', 'null where there is an entry')
      assert.equal(await statusOf(store, id, change(first)), 'applied')
      const second = await newest()
      assert.equal(await statusOf(store, id, change(first)), 'conflict', 'an entry that is no longer the newest')
      assert.equal(await statusOf(store, id, { ...change(second), drop: 1 }), 'applied')
      assert.equal(await statusOf(store, id, change(second)), 'conflict', 'an entry that an equal one has replaced')
      assert.equal(await statusOf(store, id, { expectNewest: first }), 'conflict', 'a change that writes nothing')
      await store.records.commit(id, { drop: 'all' })
      assert.equal(await statusOf(store, id, change(first)), 'conflict', 'an entry where all were removed')
      assert.equal(await statusOf(store, id, change(null)), 'applied', 'null where all were removed')
    },
  },
  {
    id: 'records/expect-metadata',
    title:
      'writes on the condition expectMetadata only where the metadata are structurally these, {} where there is none',
    store: true,
    async run(t) {
      const { store, id } = await knowing(t, 'expectMetadata')
      const commit = (expectMetadata: NonNullable<HistoryChange['expectMetadata']>, metadata = {}): Promise<string> =>
        statusOf(store, id, { expectMetadata, append: ['a'], metadata })
      assert.equal(await commit({ a: 1 }), 'conflict', 'where there is no session')
      assert.equal(await commit({}, { b: { y: [1, null], x: 'é' }, a: 1 }), 'applied')
      const same = { a: 1, b: { x: 'é', y: [1, null] } }
      const others = [
        {},
        { a: 1 },
        { ...same, c: 1 },
        { ...same, a: '1' },
        { ...same, a: true },
        { ...same, b: { x: 'é' } },
      ]
      for (const other of others) assert.equal(await commit(other as never), 'conflict', JSON.stringify(other))
      assert.equal(await commit({ ...same, b: { x: 'é', y: [null, 1] } }), 'conflict', 'another order of an array')
      assert.equal(await commit({ ...same, b: { x: 'e\u0301', y: [1, null] } }), 'conflict', 'a text that looks alike')
      assert.equal(await commit(same, { a: undefined, b: undefined }), 'applied', 'another order of keys')
      assert.equal(await commit(same), 'conflict')
      assert.equal(await commit({}), 'applied', 'where all metadata were removed')
    },
  },
  {
    id: 'records/create',
    title: 'writes on the condition create only where there is no such session, and of many at once one',
    store: true,
    async run(t) {
      const { store, id } = await knowing(t, 'create')
      const change = { create: true, append: ['a'], metadata: { n: 1 } } as const
      const commits = Array.from({ length: 8 }, () => store.records.commit(id, change))
      const statuses = (await Promise.all(commits)).map(({ status }) => status)
      assertEqual(statuses.toSorted(), ['applied', ...Array(7).fill('exists')])
      assertEqual(await store.records.read(id), ['a'])
      await store.records.commit(id, { drop: 'all' })
      assert.equal(await statusOf(store, id, change), 'exists', 'a session without records')
      const operation = { id: 'op', fingerprint: 'f' }
      const once = { ...change, operation }
      const other = t.id()
      assert.equal(await statusOf(store, other, once), 'applied')
      assert.equal(await statusOf(store, other, once), 'duplicate', 'an operation that was applied before')
      await store.deleteSession(id)
      assert.equal(await statusOf(store, id, change), 'applied', 'after deletion')
    },
  },
  {
    id: 'records/lease',
    title: 'writes on the condition lease only under a lease that is held',
    store: true,
    async run(t) {
      const { store, id } = await knowing(t, 'lease')
      await store.records.commit(id, { append: ['a'], metadata: { n: 1 } })
      const changes: HistoryChange[] = [
        { append: ['b'] },
        { drop: 1 },
        { clear: true },
        { metadata: { n: 2 } },
        { operation: { id: 'op', fingerprint: 'f' } },
      ]
      for (const change of changes) {
        assert.equal(await statusOf(store, id, { ...change, lease: 'nobody' }), 'lost', JSON.stringify(change))
      }
      const missing = t.id()
      assert.equal(await statusOf(store, missing, { append: ['b'], lease: 'nobody' }), 'lost')
    },
  },
  {
    id: 'records/unknown-conditions',
    title: 'rejects with SESSION_UNSUPPORTED a condition that the store does not know, and changes nothing',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      const unknown = all.filter((condition) => !store.records.supports(condition))
      if (unknown.length === 0) throw new CaseSkipped('the store knows all conditions')
      const conditions: Required<ChangeConditions> = {
        maintain: { remove: ['a'] },
        expectNewest: null,
        expectMetadata: {},
        create: true,
        lease: 'a',
      }
      for (const condition of unknown) {
        const rest = condition === 'maintain' ? {} : { append: ['a'] }
        const change = { ...rest, [condition]: conditions[condition] }
        await assertCode(() => store.records.commit(id, change), 'SESSION_UNSUPPORTED')
        assert.equal(await store.getSessionInfo(id), undefined, condition)
      }
    },
  },
]
