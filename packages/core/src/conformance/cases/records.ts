import assert from 'node:assert/strict'
import type { CommitResult, HistoryChange } from '../../store/history-change.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertMistake } from '../fixtures.ts'
import { passTime } from '../timing.ts'

export const recordCases: readonly CaseDefinition[] = [
  {
    id: 'records/commit',
    title: 'drops from the tail, then appends, and says what it dropped, oldest first, to who asks',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const commit = async (change: HistoryChange): Promise<CommitResult> => store.records.commit(id, change)
      const applied = (...dropped: string[]): CommitResult => ({ status: 'applied', dropped })
      assertEqual(await commit({ append: ['a', 'b', 'c', 'd'], returnDropped: true }), applied())
      assertEqual(await commit({ drop: 2, append: ['e'], returnDropped: true }), applied('c', 'd'))
      assertEqual(await store.records.read(id), ['a', 'b', 'e'])
      assertEqual(await commit({ drop: 9, returnDropped: true }), applied('a', 'b', 'e'))
      assertEqual(await commit({ append: ['f', 'g'] }), applied())
      assertEqual(await commit({ drop: 'all', returnDropped: true }), applied('f', 'g'))
      assertEqual(await store.records.read(id), [])
    },
  },
  {
    id: 'records/expect-tail',
    title: 'writes only where the newest records are the expected ones',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      await store.records.commit(id, { append: ['a', 'b', 'c'] })
      for (const expectTail of [['b'], ['c', 'b'], ['x', 'b', 'c'], ['a', 'a', 'b', 'c'], ['C'], ['c ']]) {
        const result = await store.records.commit(id, { expectTail, drop: 1, append: ['z'], metadata: { z: 1 } })
        assertEqual(result, { status: 'conflict' }, JSON.stringify(expectTail))
      }
      assertEqual(await store.records.read(id), ['a', 'b', 'c'])
      assert.equal((await store.getSessionInfo(id))?.metadata, undefined)
      assert.equal((await store.records.commit(id, { expectTail: ['b', 'c'], drop: 1 })).status, 'applied')
      assert.equal((await store.records.commit(id, { expectTail: [], append: ['d'] })).status, 'applied')
      assertEqual(await store.records.read(id), ['a', 'b', 'd'])
    },
  },
  {
    id: 'records/expect-tail-of-nothing',
    title: 'compares the expected tail also where there are no records',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      assertEqual(await store.records.commit(id, { expectTail: ['a'], append: ['b'] }), { status: 'conflict' })
      assert.equal(await store.getSessionInfo(id), undefined)
      assert.equal((await store.records.commit(id, { expectTail: [], append: ['a'] })).status, 'applied')
      await store.records.commit(id, { drop: 1 })
      assertEqual(await store.records.commit(id, { expectTail: ['a'], append: ['b'] }), { status: 'conflict' })
      assertEqual(await store.records.read(id), [])
    },
  },
  {
    id: 'records/everything-at-once',
    title: 'does all that one commit says: operation, tail, drop, append and metadata',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      await store.records.commit(id, { append: ['a', 'b', 'c'], metadata: { kept: 1, gone: 2 } })
      const operation = { id: 'op', fingerprint: 'f' }
      const change = {
        operation,
        expectTail: ['b', 'c'],
        drop: 2,
        append: ['d', 'e'],
        metadata: { gone: undefined, new: 3 },
      }
      const result = await store.records.commit(id, { ...change, returnDropped: true })
      assertEqual(result, { status: 'applied', dropped: ['b', 'c'] })
      assertEqual(await store.records.read(id), ['a', 'd', 'e'])
      const info = await store.getSessionInfo(id)
      assertEqual(info?.metadata, { kept: 1, new: 3 })
      assert.equal(info?.itemCount, 3)
      assertEqual(await store.records.commit(id, change), { status: 'duplicate' })
    },
  },
  {
    id: 'records/operation-at-once',
    title: 'applies one of many commits of one operation that come at once',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const operation = { id: 'op', fingerprint: 'f' }
      const commits = Array.from({ length: 12 }, () => store.records.commit(id, { operation, append: ['a'] }))
      const statuses = (await Promise.all(commits)).map(({ status }) => status).toSorted()
      assertEqual(statuses, ['applied', ...Array(11).fill('duplicate')])
      assertEqual(await store.records.read(id), ['a'])
    },
  },
  {
    id: 'records/operation',
    title: 'applies an operation once and decides that before it looks at the tail',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const operation = { id: 'op', fingerprint: 'f' }
      const change = { operation, expectTail: [], append: ['a'], metadata: { n: 1 } }
      assert.equal((await store.records.commit(id, change)).status, 'applied')
      assertEqual(await store.records.commit(id, { ...change, expectTail: ['x'] }), { status: 'duplicate' })
      const reused = { ...change, operation: { id: 'op', fingerprint: 'g' } }
      assertEqual(await store.records.commit(id, reused), { status: 'reused' })
      const failed = { operation: { id: 'other', fingerprint: 'f' }, expectTail: ['x'] }
      assertEqual(await store.records.commit(id, failed), { status: 'conflict' })
      assert.equal((await store.records.commit(id, { ...failed, expectTail: ['a'] })).status, 'applied')
      assertEqual(await store.records.read(id), ['a'])
    },
  },
  {
    id: 'records/creates',
    title: 'creates a session by records, metadata or an operation, and by nothing else',
    store: true,
    async run(t) {
      const store = await t.store()
      const idle = [{}, { drop: 3 }, { drop: 'all' as const }, { append: [] }, { metadata: {} }, { expectTail: [] }]
      for (const change of idle) {
        const id = t.id()
        assertEqual(await store.records.commit(id, change), { status: 'applied', dropped: [] }, JSON.stringify(change))
        assert.equal(await store.getSessionInfo(id), undefined, JSON.stringify(change))
      }
      const writing = [{ append: ['a'] }, { metadata: { a: 1 } }, { operation: { id: 'op', fingerprint: 'f' } }]
      for (const change of writing) {
        const id = t.id()
        await store.records.commit(id, change)
        assert.notEqual(await store.getSessionInfo(id), undefined, JSON.stringify(change))
      }
    },
  },
  {
    id: 'records/idle',
    title: 'leaves updatedAt where it is when a commit changes nothing',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const operation = { id: 'op', fingerprint: 'f' }
      await store.records.commit(id, { operation, append: ['a'] })
      await store.records.commit(id, { drop: 'all' })
      const before = await store.getSessionInfo(id)
      await passTime(t, before?.updatedAt)
      const idle = [
        {},
        { drop: 1 },
        { drop: 'all' as const },
        { append: [] },
        { metadata: {} },
        { expectTail: [] },
        { expectTail: ['other'], append: ['b'] },
        { operation, append: ['a'] },
        { operation: { id: 'op', fingerprint: 'other' }, append: ['b'] },
      ]
      for (const change of idle) {
        await store.records.commit(id, change)
        assertEqual(await store.getSessionInfo(id), before, `info() after ${JSON.stringify(change)}`)
      }
    },
  },
  {
    id: 'records/opaque',
    title: 'keeps records that are no JSON, byte for byte',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const records = [
        '',
        ' ',
        'text',
        '\n',
        "'; DROP TABLE agent_messages;--",
        '%',
        '😀',
        'é',
        'e\u0301',
        '1',
        'null',
        ' a ',
        '\\n',
        '{ "b": 1,"a":1e2, "a": 1.0 }',
        '{"big":12345678901234567890}',
        '[]',
        'text',
      ]
      await store.records.commit(id, { append: records })
      assertEqual(await store.records.read(id), records)
    },
  },
  {
    id: 'records/copies',
    title: 'gives and takes arrays that can be changed without changing what is stored',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const append = ['a', 'b']
      await store.records.commit(id, { append })
      append.push('c')
      for (const records of [await store.records.read(id), await store.records.read(id, 2)]) records.length = 0
      assertEqual(await store.records.read(id), ['a', 'b'])
      const committed = await store.records.commit(id, { drop: 1, append: ['d'], returnDropped: true })
      if (committed.status === 'applied') committed.dropped.push('e')
      assertEqual(await store.records.read(id), ['a', 'd'])
    },
  },
  {
    id: 'records/refused',
    title: 'refuses bad changes, and changes nothing',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      await store.records.commit(id, { append: ['a'] })
      for (const drop of [-1, 1.5, Number.NaN]) {
        await assertMistake(() => store.records.commit(id, { drop }), RangeError, `drop ${drop}`)
      }
      const changes = [
        { drop: '1' },
        { append: 'a' },
        { append: [1] },
        { expectTail: [null] },
        { metadata: [] },
        { clear: true, drop: 1 },
        { clear: false },
        { returnDropped: 'yes' },
        { drop: 1, expectTail: undefined },
        { append: ['b'], operation: undefined },
        { drop: 1, expectedTail: ['x'] },
      ]
      const operations = [{ operation: { id: '', fingerprint: 'f' } }, { operation: { id: 'op' } }]
      for (const change of [...changes, ...operations]) {
        await assertMistake(() => store.records.commit(id, change as never), TypeError, JSON.stringify(change))
      }
      assertEqual(await store.records.read(id), ['a'])
    },
  },
]
