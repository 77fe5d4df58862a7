import assert from 'node:assert/strict'
import type { Turn } from '../../session/turns.ts'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, assertMistake, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'

const answer = (content: string): Item => ({ role: 'assistant', content })
const call: Item = { type: 'function_call', callId: 'c', name: 'look', arguments: '{}' }
const result: Item = { type: 'function_call_result', callId: 'c', name: 'look', output: 'seen' }

/** What precedes the turns, and three turns: one with a tool, one of two messages in a row. */
const before: Item[] = [{ role: 'system', content: 'rules' }, answer('hello')]
const turns: Item[][] = [
  [message('one'), call, result, answer('1')],
  [message('two'), message('two, rather'), answer('2')],
  [message('three')],
]
const history = [...before, ...turns.flat()]

const itemsOf = ({ entries }: Turn<Item>): Item[] => entries.map(({ item }) => item)

export const turnCases: readonly CaseDefinition[] = [
  {
    id: 'turns/newest',
    title: 'gives the newest turns, each a user message, or several in a row, and what answers it',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      assertEqual(await session.turns(), [])
      await session.addItems(before)
      assertEqual(await session.turns(), [], 'without a user message there is no turn')
      await session.addItems(turns.flat())
      assertEqual((await session.turns()).map(itemsOf), turns)
      for (const limit of [1, 2, 3, 4]) {
        assertEqual((await session.turns({ limit })).map(itemsOf), turns.slice(-limit), `limit ${limit}`)
      }
      const { entries } = await session.page()
      for (const turn of await session.turns()) {
        assert.equal(turn.first, turn.entries[0]?.id)
        assertEqual(
          entries.filter(({ id }) => turn.entries.some((entry) => entry.id === id)).map(({ item }) => item),
          itemsOf(turn),
        )
      }
      await assertMistake(() => session.turns({ limit: 0 }), RangeError, 'limit 0')
    },
  },
  {
    id: 'turns/long',
    title: 'finds the beginning of a turn of 250 items',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      const long = [message('long'), ...Array.from({ length: 249 }, (_, index) => answer(`step ${index}`))]
      await session.addItems([message('first'), answer('short'), ...long])
      assertEqual((await session.turns({ limit: 1 })).map(itemsOf), [long])
      assertEqual(await session.rewind({ turns: 1 }), long)
      await assertItems(session, [message('first'), answer('short')])
    },
  },
  {
    id: 'rewind/turns',
    title: 'removes the newest turns whole and gives them back, but never what precedes the first',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      assertEqual(await session.rewind({ turns: 1 }), [])
      assert.equal(await session.info(), undefined, 'rewinding nothing created the session')
      await session.addItems(history)
      assertEqual(await session.rewind({ turns: 0 }), [])
      assertEqual(await session.rewind({ turns: 2 }), turns.slice(1).flat())
      await assertItems(session, [...before, ...(turns[0] ?? [])])
      assertEqual(await session.rewind({ turns: 9 }), turns[0])
      await assertItems(session, before)
      assertEqual(await session.rewind({ turns: 1 }), [])
      await assertItems(session, before)
    },
  },
  {
    id: 'rewind/entry',
    title: 'removes an entry and all after it, and gives them back',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.addItems(history)
      const ids = (await session.page()).entries.map(({ id }) => id)
      assertEqual(await session.rewind({ entry: ids[4] ?? '' }), history.slice(4), 'between a call and its result')
      await assertItems(session, history.slice(0, 4))
      await assertCode(() => session.rewind({ entry: ids[4] ?? '' }), 'SESSION_CONFLICT')
      await assertCode(() => session.rewind({ entry: 'nothing' }), 'SESSION_CONFLICT')
      assertEqual(await session.rewind({ entry: ids[0] ?? '' }), history.slice(0, 4))
      await assertItems(session, [])
      assert.ok(await session.info(), 'rewinding to nothing ended the session')
    },
  },
  {
    id: 'rewind/concurrent',
    title: 'gives each item to one of those who rewind at once, and removes nothing that was added meanwhile',
    store: true,
    async run(t) {
      const { store, id, session } = await offered(t, 'entries')
      await session.addItems(messages(8).flatMap((one) => [one, answer(String(one.content))]))
      const handles = Array.from({ length: 4 }, () => store.session<Item>(id))
      const removed = await Promise.all(handles.map((handle) => handle.rewind({ turns: 2 })))
      assertEqual(
        removed.map((items) => items.length),
        [4, 4, 4, 4],
        'how many items each removed',
      )
      assert.equal(new Set(removed.flat().map((item) => JSON.stringify(item))).size, 16, 'an item came back twice')
      await assertItems(session, [])

      // Each is either removed once or still there, whatever comes first.
      const added = messages(12, 'added').map((one) => [one, answer(String(one.content))])
      const rewound = await Promise.all(
        added.map(async (items, index) => {
          await session.addItems(items)
          const handle = handles[index % handles.length]
          return index % 3 === 0 || handle === undefined ? [] : await handle.rewind({ turns: 1 })
        }),
      )
      const found = [...rewound.flat(), ...(await session.getItems())].map((item) => JSON.stringify(item))
      const all = added.flat().map((item) => JSON.stringify(item))
      assertEqual(found.toSorted(), all.toSorted(), 'what was removed and what is left')
    },
  },
  {
    id: 'rewind/refused',
    title: 'refuses what is no place to rewind to, and removes nothing',
    store: true,
    async run(t) {
      const { session } = await offered(t, 'entries')
      await session.addItems(history)
      const wrong = [undefined, null, {}, 1, 'a', { entry: 1 }, { turns: '1' }, { turns: 1, entry: 'a' }, { items: 1 }]
      for (const to of wrong) await assertMistake(() => session.rewind(to as never), TypeError, JSON.stringify(to))
      for (const n of [-1, 1.5, Number.NaN]) {
        await assertMistake(() => session.rewind({ turns: n }), RangeError, `turns ${n}`)
      }
      await assertItems(session, history)
    },
  },
]
