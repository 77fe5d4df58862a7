import assert from 'node:assert/strict'
import { SessionError } from '../../errors/session-error.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertMistake, batch, collect, message, messages } from '../fixtures.ts'

export const iterationCases: readonly CaseDefinition[] = [
  {
    id: 'items/all',
    title: 'iterates over all items, oldest first, whatever the size of a page',
    async run(t) {
      const session = await t.sessionWith(['items'])
      assertEqual(await collect(session.items()), [])
      await session.addItems(messages(30))
      await session.popItem()
      for (const pageSize of [1, 2, 28, 29, 30, 1_000]) {
        assertEqual(await collect(session.items({ pageSize })), messages(29), `pageSize ${pageSize}`)
      }
      assertEqual(await collect(session.items()), messages(29))
    },
  },
  {
    id: 'items/others',
    title: 'gives items of no other session',
    async run(t) {
      const [one, other] = [await t.sessionWith(['items'], 'a'), await t.sessionWith(['items'], 'b')]
      for (let index = 0; index < 10; index++) {
        await one.addItems([message(`a ${index}`)])
        await other.addItems([message(`b ${index}`)])
      }
      assertEqual(await collect(one.items({ pageSize: 3 })), messages(10, 'a'))
      assertEqual(await collect(other.items({ pageSize: 3 })), messages(10, 'b'))
    },
  },
  {
    id: 'items/while-appending',
    title: 'gives what was there at the start, in order, while others append',
    async run(t) {
      const session = await t.sessionWith(['items'])
      await session.addItems(messages(20))
      const seen = []
      for await (const item of session.items({ pageSize: 4 })) {
        seen.push(item)
        if (seen.length === 6) await session.addItems(messages(3, 'later'))
      }
      assertEqual(seen.slice(0, 20), messages(20))
      assertEqual(seen.slice(20), messages(3, 'later').slice(0, seen.length - 20))
    },
  },
  {
    id: 'items/while-replacing',
    title: 'never continues one history with another: it gives the old one whole, or rejects',
    async run(t) {
      const session = await t.sessionWith(['items', 'replaceHistoryWithCompaction'])
      await session.addItems(batch('old', 0, 20))
      const seen = []
      try {
        for await (const item of session.items({ pageSize: 4 })) {
          seen.push(item)
          if (seen.length === 6) await session.replaceHistoryWithCompaction(batch('new', 0, 20))
        }
        assertEqual(seen, batch('old', 0, 20))
      } catch (error) {
        if (!(error instanceof SessionError)) throw error
        assert.equal(error.code, 'SESSION_CONFLICT')
        assertEqual(seen, batch('old', 0, 20).slice(0, seen.length))
      }
    },
  },
  {
    id: 'items/refused',
    title: 'refuses bad page sizes at once',
    async run(t) {
      const session = await t.sessionWith(['items'])
      for (const pageSize of [0, -1, 1.5, Number.NaN, Infinity]) {
        await assertMistake(() => session.items({ pageSize }), RangeError, `pageSize ${pageSize}`)
      }
    },
  },
]
