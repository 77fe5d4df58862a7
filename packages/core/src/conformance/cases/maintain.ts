import assert from 'node:assert/strict'
import type { SessionStore } from '../../session/session-store.ts'
import type { Maintenance } from '../../store/maintenance.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import type { CaseContext } from '../context.ts'
import { assertCode, assertEqual, assertMistake } from '../fixtures.ts'
import { passTime } from '../timing.ts'

/** A session with these records. Skips the case where the store does not say that it supports `maintain`. */
async function written(t: CaseContext, append: readonly string[]): Promise<{ store: SessionStore; id: string }> {
  const [store, id] = [await t.store(), t.id()]
  if (!store.records.supports('maintain')) throw new CaseSkipped('the store does not support maintain')
  await store.records.commit(id, { append, metadata: { kept: 1 }, operation: { id: 'op', fingerprint: 'f' } })
  return { store, id }
}

/** The places of all records, from pages of that size. */
async function placesOf(store: SessionStore, id: string, size = 100): Promise<string[]> {
  const places: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.records.page(id, cursor, size)
    assert.equal(page.places?.length, page.records.length, 'a page does not give a place for each record')
    places.push(...(page.places ?? []))
    cursor = page.next
  } while (cursor !== undefined)
  return places
}

async function maintain(store: SessionStore, id: string, maintain: Maintenance): Promise<string> {
  return (await store.records.commit(id, { maintain })).status
}

export const maintainCases: readonly CaseDefinition[] = [
  {
    id: 'maintain/in-place',
    title: 'replaces and removes records where they stand, all in one step',
    store: true,
    async run(t) {
      const { store, id } = await written(t, ['a', 'b', 'c', 'b', 'd', '', 'f'])
      const places = await placesOf(store, id, 3)
      assert.equal(new Set(places).size, 7, 'two records have one place')
      const at = (index: number): string => String(places[index])
      const change = {
        replace: [
          { place: at(5), record: "' é 😀" },
          { place: at(1), record: 'B' },
        ],
        remove: [at(4), at(2), at(0)],
      }
      assertEqual(await store.records.commit(id, { maintain: change }), { status: 'applied', dropped: [] })
      assertEqual(await store.records.read(id), ['B', 'b', "' é 😀", 'f'])
      assertEqual(await store.records.read(id, 2), ["' é 😀", 'f'])
      await store.records.commit(id, { append: ['g'] })
      assertEqual(await store.records.read(id), ['B', 'b', "' é 😀", 'f', 'g'])
      assert.equal((await store.getSessionInfo(id))?.itemCount, 5)
      const again = await placesOf(store, id, 2)
      assert.equal(await maintain(store, id, { remove: [String(again[4])] }), 'applied')
      assertEqual(await store.records.read(id), ['B', 'b', "' é 😀", 'f'])
    },
  },
  {
    id: 'maintain/is-no-use',
    title: 'leaves updatedAt, expiry, metadata and operation ids as they were, also where nothing is left',
    store: true,
    async run(t) {
      const { store, id } = await written(t, ['a', 'b', 'c'])
      if (t.has('ttl')) await t.advance(20_000)
      const before = await store.getSessionInfo(id)
      await passTime(t, before?.updatedAt)
      const [first = '', ...others] = await placesOf(store, id)
      assert.equal(await maintain(store, id, { replace: [{ place: first, record: 'A' }] }), 'applied')
      assertEqual(await store.getSessionInfo(id), before, 'info() after a record was replaced')
      assert.equal(await maintain(store, id, { remove: others }), 'applied')
      assertEqual(
        await store.getSessionInfo(id),
        before && { ...before, itemCount: 1 },
        'info() after two were removed',
      )
      assert.equal(await maintain(store, id, { remove: await placesOf(store, id) }), 'applied')
      assertEqual(await store.getSessionInfo(id), before && { ...before, itemCount: 0 }, 'info() after all were')
      const operation = { id: 'op', fingerprint: 'f' }
      assert.equal((await store.records.commit(id, { operation, append: ['z'] })).status, 'duplicate')
      await store.records.commit(id, { append: ['d'] })
      assertEqual(await store.records.read(id), ['d'])
      if (before?.expiresAt === undefined || !t.has('ttl')) return
      const after = await store.getSessionInfo(id)
      assert.ok((after?.expiresAt ?? 0) > before.expiresAt, 'a write no longer moves the expiry')
    },
  },
  {
    id: 'maintain/conflict',
    title: 'changes nothing where one of the places holds something else than was read there',
    store: true,
    async run(t) {
      const { store, id } = await written(t, ['a', 'b', 'c', 'd'])
      const [a = '', b = '', c = '', d = ''] = await placesOf(store, id)
      await store.records.commit(id, { drop: 1, append: ['D', 'e'] })
      for (const change of [{ remove: [a, d] }, { replace: [a, d].map((place) => ({ place, record: 'x' })) }]) {
        assert.equal(await maintain(store, id, change), 'conflict', JSON.stringify(change))
      }
      assert.equal(await maintain(store, id, { replace: [{ place: b, record: 'B' }] }), 'applied')
      assert.equal(await maintain(store, id, { remove: [a, b] }), 'conflict', 'after another replaced one in place')
      assert.equal(await maintain(store, id, { remove: [c, 'no place'] }), 'conflict', 'for what is no place')
      assertEqual(await store.records.read(id), ['a', 'B', 'c', 'D', 'e'])
      const other = t.id()
      assert.equal(await maintain(store, other, { remove: [c] }), 'conflict', 'in a session that is not there')
      assert.equal(await store.getSessionInfo(other), undefined)
      await store.deleteSession(id)
      assert.equal(await maintain(store, id, { replace: [{ place: c, record: 'C' }] }), 'conflict', 'after deletion')
      assert.equal(await store.getSessionInfo(id), undefined)
    },
  },
  {
    id: 'maintain/beside-appends',
    title: 'is not held up by records that are appended meanwhile',
    store: true,
    async run(t) {
      const { store, id } = await written(
        t,
        Array.from({ length: 40 }, (_, index) => `${index}`),
      )
      const places = await placesOf(store, id)
      const changes = places.map((place, index) => async () => {
        const appended = store.records.commit(id, { append: [`later ${index}`] })
        const change = index % 4 === 0 ? { remove: [place] } : { replace: [{ place, record: `new ${index}` }] }
        const status = await maintain(store, id, change)
        await appended
        return status
      })
      // From the end, so that removing a record leaves the places before it as they are.
      for (const change of changes.toReversed()) assert.equal(await change(), 'applied')
      const kept = places.flatMap((_, index) => (index % 4 === 0 ? [] : [`new ${index}`]))
      const later = places.map((_, index) => `later ${index}`).toReversed()
      assertEqual(await store.records.read(id), [...kept, ...later])
    },
  },
  {
    id: 'maintain/refused',
    title: 'refuses what is no maintenance, and changes nothing',
    store: true,
    async run(t) {
      const { store, id } = await written(t, ['a'])
      const [place = ''] = await placesOf(store, id)
      const wrong = [
        'all',
        null,
        { remove: 'a' },
        { remove: [1] },
        { replace: [place] },
        { replace: [{ place }] },
        { remove: [place, place] },
        { remove: [place], replace: [{ place, record: 'b' }] },
        { delete: [place] },
      ]
      for (const change of wrong) {
        await assertMistake(() => maintain(store, id, change as never), TypeError, JSON.stringify(change))
      }
      const together = { maintain: { remove: [place] }, append: ['b'] }
      await assertMistake(() => store.records.commit(id, together), TypeError, 'beside other parts')
      assert.equal(await maintain(store, id, {}), 'applied')
      assertEqual(await store.records.read(id), ['a'])
    },
  },
  {
    id: 'maintain/declared',
    title: 'maintains where the store says that it can, and refuses where it does not say so, and changes nothing',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      await store.records.commit(id, { append: ['a'] })
      const remove = ['no place']
      if (store.records.supports('maintain')) assert.equal(await maintain(store, id, { remove }), 'conflict')
      else await assertCode(() => maintain(store, id, { remove }), 'SESSION_UNSUPPORTED')
      assertEqual(await store.records.read(id), ['a'])
    },
  },
]
