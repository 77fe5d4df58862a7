import type { SessionFilter } from '../../store/session-filter.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, listed, message } from '../fixtures.ts'
import type { Item } from '../item.ts'

type Value = string | number | boolean

/** Keys that a careless backend folds, normalizes, takes for paths, or finds in every object. */
const keys = [
  'user', 'User', 'USER', 'user ', ' user', 'é', 'e\u0301', 'e', 'ﬁ', 'fi', 'a.b', 'a', '$', '$.user', 'a"b', "a'b", 'a\\b', 'a[0]', 'a%', 'a_',
  '', '0', 'length', 'toString', 'valueOf', '😀', '😁', 'x'.repeat(300), `${'x'.repeat(299)}y`,
] // biome-ignore format: a table

const long = 'a value as long as an address, a name of a file or an explanation may be '.repeat(70)
/** Values that differ in a byte, in their type, or behind what fits into a column or an index. */
const values: readonly Value[] = [
  'u1', 'U1', 'u1 ', ' u1', 'é', 'e\u0301', 'e', 'ß', 'ss', '', ' ', '1', 1, true, 'true', false, 'false', 0, '0', 'null', 1.5, '1.5', 1e21, 0.1,
  0.10000000149011612, 2 ** 53 - 1, 2 ** 53 - 2, -1, 'u%', 'u_', '"u1"', "'", '\\', '{"a":1}', '[1]', '😀', '😁', 'x'.repeat(255), 'x'.repeat(256),
  'x'.repeat(1_024), 'x'.repeat(1_025), `${long}a`, `${long}b`,
] // biome-ignore format: a table

export const metadataFilterCases: readonly CaseDefinition[] = [
  {
    id: 'list/metadata-keys',
    title: 'finds sessions by keys of metadata as they are, byte for byte',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      for (const [index, key] of keys.entries()) await store.session(`s${index}`).setMetadata({ [key]: 'v' })
      for (const [index, key] of keys.entries()) {
        assertEqual(await listed(store, { metadata: { [key]: 'v' } }), [`s${index}`], `key ${JSON.stringify(key)}`)
      }
    },
  },
  {
    id: 'list/metadata-values',
    title: 'finds sessions by values of metadata as they are, however long, and by nothing that is nearly equal',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      for (const [index, value] of values.entries()) await store.session(`s${index}`).setMetadata({ key: value })
      for (const [index, value] of values.entries()) {
        const what = `value ${JSON.stringify(value).slice(-40)}`
        assertEqual(await listed(store, { metadata: { key: value } }), [`s${index}`], what)
      }
    },
  },
  {
    id: 'list/criteria-together',
    title: 'lists what meets every criterion, both ends of a span of time among them',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      const instants = new Map<string, number>()
      for (const [index, id] of ['a1', 'b1', 'a2', 'b2', 'a3'].entries()) {
        for (let time = 0; time <= index; time++) await store.session<Item>(id).addItems([message(id)])
        await store.session(id).setMetadata({ odd: index % 2 === 0 })
        instants.set(id, (await store.getSessionInfo(id))?.updatedAt.getTime() ?? 0)
      }
      const at = (id: string): Date => new Date(instants.get(id) ?? 0)
      const span = { updatedAfter: at('a1'), updatedBefore: at('a3') }
      const expected: readonly [SessionFilter, string[]][] = [
        [span, ['b2', 'a2', 'b1']],
        [{ ...span, prefix: 'b' }, ['b2', 'b1']],
        [{ ...span, metadata: { odd: true } }, ['a2']],
        [{ ...span, metadata: { odd: true }, prefix: 'b' }, []],
        [{ ...span, limit: 2 }, ['b2', 'a2']],
        [{ ...span, prefix: 'b', limit: 1 }, ['b2']],
        [{ updatedAfter: at('a3'), updatedBefore: at('a1') }, []],
      ]
      for (const [filter, ids] of expected) assertEqual(await listed(store, filter), ids, JSON.stringify(filter))
    },
  },
  {
    id: 'list/without-items',
    title: 'lists a session that has no items: one of metadata alone, of an operation alone, one that was popped empty',
    needs: ['list'],
    async run(t) {
      const store = await t.store()
      await store.session('metadata').setMetadata({ a: 1 })
      await store.records.commit('operation', { operation: { id: 'op', fingerprint: 'f' } })
      const session = store.session<Item>('popped')
      await session.addItems([message('one')])
      await session.popItem()
      assertEqual((await listed(store)).toSorted(), ['metadata', 'operation', 'popped'])
      assertEqual(await listed(store, { metadata: { a: 1 } }), ['metadata'])
      assertEqual(await listed(store, { prefix: 'op' }), ['operation'])
    },
  },
]
