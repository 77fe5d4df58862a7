import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { SessionError } from '../../errors/session-error.ts'
import type { SessionStore } from '../../session/session-store.ts'
import type { CommitResult, HistoryChange } from '../../store/history-change.ts'
import type { CaseDefinition } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, assertWholeBatches, batch, message } from '../fixtures.ts'
import type { CommitFault } from '../harness.ts'
import type { Item } from '../item.ts'

/** Sessions that are written in one turn of the event loop. */
const sessionCount = 60
/** Batches of each of two handles of each. */
const batchCount = 4
/** UTF-16 units of one record of two: more than adapters send together. */
const largeLength = 600_000
const operation = { id: 'op', fingerprint: 'f' }

/** What one member of a burst asks for, and what must become of it: a status, or the code of its error. */
interface Member {
  readonly change: HistoryChange
  readonly becomes: string
  /** What its session then holds. */
  readonly left: readonly string[]
}

/** To sessions that hold the record `old` and have applied the operation. */
const members: readonly Member[] = [
  { change: { append: ['new'] }, becomes: 'applied', left: ['old', 'new'] },
  { change: { operation, append: ['new'] }, becomes: 'duplicate', left: ['old'] },
  { change: { append: ['x'.repeat(20_000)] }, becomes: 'applied', left: ['old', 'x'.repeat(20_000)] },
  { change: { operation: { ...operation, fingerprint: 'g' }, append: ['new'] }, becomes: 'reused', left: ['old'] },
  { change: { append: ['a', 'b', 'c'] }, becomes: 'applied', left: ['old', 'a', 'b', 'c'] },
  { change: { expectTail: ['other'], drop: 1, append: ['new'] }, becomes: 'conflict', left: ['old'] },
  { change: { expectTail: ['old'], drop: 1, append: ['new'] }, becomes: 'applied', left: ['new'] },
  { change: { lease: 'nobody', append: ['new'] }, becomes: 'SESSION_LEASE_LOST', left: ['old'] },
  { change: { metadata: { k: 1 } }, becomes: 'applied', left: ['old'] },
  { change: { create: true, append: ['new'] }, becomes: 'exists', left: ['old'] },
]

/** Commits all at once, each to a session of its own, and says what became of each. */
async function burst(store: SessionStore, changes: readonly (readonly [string, HistoryChange])[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(changes.map(([id, change]) => store.records.commit(id, change)))
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.status : codeOf(outcome.reason)))
}

function isEqual(records: readonly string[], expected: readonly string[]): boolean {
  return records.length === expected.length && records.every((record, index) => record === expected[index])
}

function codeOf(error: unknown): string {
  return error instanceof SessionError ? error.code : String(error)
}

/**
 * Under a fault, each call of a burst says what became of it, whoever else it was sent with. The first call of the turn, which adapters send
 * by itself, is none in the turn of a burst before; and holds no item, so that a driver that is to fail where it meets one fails in what follows.
 */
async function burstUnder(t: CaseContext, fault: CommitFault): Promise<void> {
  const store = await t.store()
  const first = t.id()
  const ids = Array.from({ length: sessionCount }, () => t.id())
  const all = [first, ...ids]
  const before = (id: string): readonly [string, HistoryChange] => [id, { append: ['old'] }]
  await burst(store, all.map(before))
  await t.failNextCommit(fault)
  await turn()
  const added = ['a', 'b'].map((content) => JSON.stringify(message(content)))
  const outcomes = await Promise.allSettled(
    all.map((id) => store.records.commit(id, { append: id === first ? ['1', '2'] : added })),
  )
  for (const [index, outcome] of outcomes.entries()) {
    const records = await store.records.read(all[index] as string)
    const written = records.length > 1
    const whole = ['old', ...(index === 0 ? ['1', '2'] : added)]
    assertEqual(records, written ? whole : ['old'], `session ${index} after the fault`)
    if (outcome.status === 'fulfilled') assert.ok(written, `session ${index} was acknowledged, and is not written`)
    else assertSaid(outcome.reason, written, index)
  }
  assertEqual(new Set(await burst(store, all.map(before))), new Set(['applied']), 'what became of the next burst')
}

function assertSaid(error: unknown, written: boolean, index: number): void {
  assert.ok(error instanceof SessionError, `session ${index}: expected a SessionError, got ${error}`)
  assert.ok(!written || error.ambiguous, `session ${index} was refused as not ambiguous, and is written`)
}

export const burstCases: readonly CaseDefinition[] = [
  {
    id: 'bursts/each-by-itself',
    title: 'applies or refuses each commit of a burst by itself, and says so of each',
    store: true,
    async run(t) {
      const store = await t.store()
      const known = members.filter(({ change }) => {
        const conditions = (['lease', 'create'] as const).filter((name) => name in change)
        return conditions.every((name) => store.records.supports(name))
      })
      const all = Array.from({ length: 6 }, () => known).flat()
      const ids = all.map(() => t.id())
      for (const id of ids) await store.records.commit(id, { operation, append: ['old'] })
      const said = await burst(
        store,
        all.map(({ change }, index) => [ids[index] as string, change] as const),
      )
      assertEqual(
        said,
        all.map(({ becomes }) => becomes),
        'what became of each',
      )
      for (const [index, { left }] of all.entries()) {
        assertEqual(await store.records.read(ids[index] as string), left, `session ${index}`)
      }
    },
  },
  {
    id: 'bursts/order',
    title: 'keeps the order of the calls of each handle in a burst, and every batch whole',
    store: true,
    async run(t) {
      const store = await t.store()
      const ids = Array.from({ length: sessionCount }, () => t.id())
      const writers = ids.flatMap((id) => ['a', 'b'].map((name) => ({ name, session: store.session<Item>(id) })))
      const calls: Promise<void>[] = []
      for (let index = 0; index < batchCount; index++) {
        for (const { name, session } of writers) calls.push(session.addItems(batch(name, index, 1 + (index % 3))))
      }
      await Promise.all(calls)
      for (const id of ids) {
        const counts = assertWholeBatches(await store.session<Item>(id).getItems())
        assertEqual([counts.get('a'), counts.get('b')], [batchCount, batchCount], 'the batches of the two handles')
      }
    },
  },
  {
    id: 'bursts/same-session',
    title: 'decides each commit to one session on what those before it have left',
    store: true,
    async run(t) {
      const store = await t.store()
      const id = t.id()
      const commit = (change: HistoryChange): Promise<CommitResult> => store.records.commit(id, change)
      await commit({ append: ['0'] })
      const race = Array.from({ length: 20 }, (_, index) => ({ expectTail: ['0'], drop: 1, append: [`${index + 1}`] }))
      const said = await burst(
        store,
        race.map((change) => [id, change] as const),
      )
      assertEqual(said.filter((status) => status === 'applied').length, 1, 'how many replaced the only record')
      const again = Array.from({ length: 20 }, () => ({ operation, append: ['once'] }))
      const repeated = await burst(
        store,
        again.map((change) => [id, change] as const),
      )
      assertEqual(repeated.filter((status) => status === 'applied').length, 1, 'how often one operation was applied')
      const winner = race[said.indexOf('applied')]?.append ?? []
      assertEqual(await store.records.read(id), [...winner, 'once'])
    },
  },
  {
    id: 'bursts/large',
    title: 'writes what is large in a burst whole, and all that was called beside it',
    store: true,
    async run(t) {
      const store = await t.store()
      const ids = Array.from({ length: sessionCount }, () => t.id())
      const large = [0, 1].map((part) => `${part}`.repeat(largeLength))
      const appends = ids.map((_, index) => (index % 20 === 9 ? large : [`${index}`]))
      const said = await burst(
        store,
        appends.map((append, index) => [ids[index] as string, { append }] as const),
      )
      assertEqual(new Set(said), new Set(['applied']), 'what became of the calls')
      for (const [index, append] of appends.entries()) {
        const records = await store.records.read(ids[index] as string)
        assert.ok(isEqual(records, append), `session ${index} does not hold what was appended to it`)
      }
    },
  },
  {
    id: 'bursts/expired',
    title: 'begins sessions of a burst anew whose time is over, and appends to the others',
    store: true,
    needs: ['ttl'],
    async run(t) {
      const store = await t.store()
      const ids = Array.from({ length: sessionCount }, () => t.id())
      const isOver = (index: number): boolean => index % 3 === 1
      const changes = (append: readonly string[], wanted: (index: number) => boolean) =>
        ids.filter((_, index) => wanted(index)).map((id) => [id, { append }] as const)
      await burst(store, changes(['old'], isOver))
      const info = await store.getSessionInfo(ids[1] as string)
      const ttlMs = (info?.expiresAt?.getTime() ?? 0) - (info?.updatedAt.getTime() ?? 0)
      assert.ok(ttlMs > 0, 'info() does not say when the session expires')
      await t.advance(ttlMs - 1_000)
      await burst(
        store,
        changes(['kept'], (index) => !isOver(index)),
      )
      await t.advance(2_000)
      const said = await burst(
        store,
        changes(['new'], () => true),
      )
      assertEqual(new Set(said), new Set(['applied']), 'what became of the calls')
      for (const [index, id] of ids.entries()) {
        const left = isOver(index) ? ['new'] : ['kept', 'new']
        assertEqual(await store.records.read(id), left, `session ${index}`)
      }
    },
  },
  {
    id: 'bursts/close',
    title: 'has written a burst that was under way when the store was closed',
    store: true,
    needs: ['durable'],
    async run(t) {
      const store = await t.store()
      const ids = Array.from({ length: sessionCount }, () => t.id())
      const writing = burst(
        store,
        ids.map((id) => [id, { append: ['a'] }] as const),
      )
      const [said] = await Promise.all([writing, store.close()])
      assertEqual(new Set(said), new Set(['applied']), 'what became of the calls')
      await t.reopen()
      const reopened = await t.store()
      for (const id of ids) assertEqual(await reopened.records.read(id), ['a'], id)
    },
  },
  {
    id: 'bursts/fault-before',
    title: 'says of each commit of a burst what became of it, where the driver fails before one',
    store: true,
    run: (t) => burstUnder(t, 'before'),
  },
  {
    id: 'bursts/fault-in',
    title: 'says of each commit of a burst what became of it, where the driver fails in the middle of one',
    store: true,
    run: (t) => burstUnder(t, 'middle'),
  },
  {
    id: 'bursts/fault-after',
    title: 'says of each commit of a burst what became of it, where an acknowledgement is lost',
    store: true,
    run: (t) => burstUnder(t, 'after'),
  },
]
