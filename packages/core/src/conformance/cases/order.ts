import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

/** Longer than what encryption or a driver treats as short. */
const long = message('x'.repeat(20_000))
/** How often calls that do not wait for each other are made: where they can overtake, some will. */
const rounds = 10

export const orderCases: readonly CaseDefinition[] = [
  {
    id: 'order/calls',
    title: 'takes the reads and writes of one handle in the order of the calls, though none waits for another',
    async run(t) {
      const session = await t.session()
      for (let round = 0; round < rounds; round++) {
        const [, , first, popped, , second] = await Promise.all([
          session.addItems([long]),
          session.addItems([message('short')]),
          session.getItems(),
          session.popItem(),
          session.addItems(messages(2)),
          session.getItems(2),
          session.clearSession(),
        ])
        assertEqual(first, [long, message('short')], 'what was read after two appends')
        assertEqual(popped, message('short'), 'what was popped')
        assertEqual(second, messages(2), 'what was read after the last append')
        assertEqual(await session.getItems(), [], 'what is left')
      }
    },
  },
  {
    id: 'order/optional-methods',
    title: 'takes those of the optional methods in that order too',
    async run(t) {
      const session = await t.sessionWith(['setMetadata', 'info', 'replaceHistoryWithCompaction'])
      const [, before, , after, items] = await Promise.all([
        session.addItems([long, long]),
        session.info(),
        session.replaceHistoryWithCompaction([message('summary')]),
        session.info(),
        session.getItems(),
        session.setMetadata({ k: 1 }),
      ])
      assert.deepEqual([before?.itemCount, after?.itemCount, after?.metadata], [2, 1, undefined])
      assertEqual(items, [message('summary')])
      assertEqual((await session.info())?.metadata, { k: 1 })
    },
  },
  {
    id: 'order/after-failure',
    title: 'goes on in order after a call that failed',
    async run(t) {
      const session = await t.session()
      const refused = { content: () => 'no' } as Item
      const results = await Promise.allSettled([
        session.addItems([long]),
        session.addItems([refused]),
        session.addItems([message('short')]),
        session.getItems(),
      ])
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
      )
      assertEqual((results[3] as PromiseFulfilledResult<Item[]>).value, [long, message('short')])
    },
  },
  {
    id: 'order/beside-writers',
    title: 'pops in time beside handles of the same store that append without a pause, which go on',
    store: true,
    async run(t) {
      const id = t.id()
      const session = await t.session(id)
      await session.addItems(messages(5))
      let isOver = false
      let written = 5
      const write = async (): Promise<void> => {
        const writer = await t.session(id)
        while (!isOver) {
          await writer.addItems([message(`written ${written++}`)])
          // A store in memory would leave no turn to timers.
          await turn()
        }
      }
      const writing = [write(), write(), write()]
      try {
        for (let pops = 0; pops < 5; pops++) assert.ok((await session.popItem()) !== undefined)
      } finally {
        isOver = true
        await Promise.all(writing)
      }
      assert.equal((await session.getItems()).length, written - 5)
    },
  },
  {
    id: 'order/arguments-after-close',
    title: 'finds a session closed before it looks at the arguments of a call',
    store: true,
    async run(t) {
      const store = await t.store()
      const session = store.session<Item>(t.id())
      await session.close()
      const refused = { content: () => 'no' } as Item
      const calls = [
        () => session.getItems(1.5),
        () => session.addItems([refused]),
        () => session.addItems('text' as never),
        () => session.replaceHistoryWithCompaction([refused]),
        () => session.setMetadata(null as never),
        () => session.applyHistoryTransaction({} as never),
        () => session.applyHistoryMutations({} as never),
      ]
      for (const call of calls) await assertCode(call, 'SESSION_CLOSED')
    },
  },
  {
    id: 'order/refused-by-name',
    title: 'says of which session and call an item was refused, and of each its own',
    store: true,
    async run(t) {
      const store = await t.store()
      const refused = { content: () => 'no' } as Item
      for (const id of [t.id(), t.id()]) {
        const session = store.session<Item>(id)
        const calls: [string, () => Promise<void>][] = [
          ['addItems', () => session.addItems([refused])],
          ['replaceHistoryWithCompaction', () => session.replaceHistoryWithCompaction([refused])],
        ]
        for (const [operation, call] of calls) {
          const error = await assertCode(call, 'SESSION_ITEM_INVALID')
          assert.deepEqual([error.operation, error.sessionId], [operation, id])
        }
      }
    },
  },
]
