import { inspect } from 'node:util'
import type { SessionFilter } from '../../store/session-filter.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertMistake, collect, writeInOrder } from '../fixtures.ts'

const badFilters: readonly (readonly [typeof TypeError | typeof RangeError, unknown])[] = [
  [TypeError, { prefixes: 'a' }],
  [TypeError, { prefix: 1 }],
  [TypeError, { prefix: '\ud83d' }],
  [TypeError, { updatedBefore: '2026-01-01' }],
  [TypeError, { prefix: '' }],
  [TypeError, { metadata: { a: {} } }],
  [TypeError, { metadata: 'a' }],
  [TypeError, { metadata: {} }],
  [TypeError, { metadata: new Map([['a', 1]]) }],
  [TypeError, { metadata: new Date() }],
  [TypeError, { metadata: ['a'] }],
  [TypeError, { metadata: () => 'a' }],
  [TypeError, { metadata: { a: 1, b: undefined } }],
  [TypeError, { metadata: { a: null } }],
  [TypeError, { metadata: { a: Number.NaN } }],
  [TypeError, { metadata: { a: new Date() } }],
  [TypeError, { metadata: { a: 1, [Symbol('b')]: 1 } }],
  [TypeError, { metadata: Object.create({ a: 1 }) }],
  [TypeError, new Map([['prefix', 'a']])],
  [TypeError, []],
  [TypeError, null],
  ...['prefix', 'updatedBefore', 'updatedAfter', 'limit', 'metadata', 'after'].map(
    (name) => [TypeError, { prefix: 'a', [name]: undefined }] as const,
  ),
  [TypeError, { after: 'a' }],
  [TypeError, { after: { sessionId: 'a' } }],
  [TypeError, { after: { updatedAt: new Date() } }],
  [RangeError, { after: { updatedAt: new Date(Number.NaN), sessionId: 'a' } }],
  [RangeError, { updatedAfter: new Date(Number.NaN) }],
  [RangeError, { limit: 1.5 }],
]

export const filterCases: readonly CaseDefinition[] = [
  {
    id: 'list/refused-filters',
    title: 'refuses bad criteria at once',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      for (const [kind, filter] of badFilters) {
        const what = inspect(filter)
        await assertMistake(() => store.listSessions(filter as SessionFilter), kind, what)
        await assertMistake(() => store.deleteSessions(filter as SessionFilter), kind, what)
      }
    },
  },
  {
    id: 'list/uncounted',
    title: 'leaves out the number of items where it is not asked for, and nothing else',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await writeInOrder(store, ['a', 'b', 'c'])
      await store.session('b').setMetadata({ user: 'u1' })
      for (const filter of [{}, { prefix: 'b' }, { metadata: { user: 'u1' } }, { limit: 2 }]) {
        const counted = await collect(store.listSessions(filter, { count: true }))
        const expected = counted.map(({ itemCount: _, ...info }) => info)
        assertEqual(await collect(store.listSessions(filter, { count: false })), expected, JSON.stringify(filter))
      }
    },
  },
]
