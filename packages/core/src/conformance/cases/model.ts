import assert from 'node:assert/strict'
import { SessionError } from '../../errors/session-error.ts'
import type { HistoryTransactionArgs } from '../../session/history-transaction.ts'
import type { CaseDefinition } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, message } from '../fixtures.ts'
import type { Item, ItemSession } from '../item.ts'

type Pair = {
  session: ItemSession & { applyHistoryTransaction?(args: HistoryTransactionArgs<Item>): Promise<void> }
  items: Item[]
}

/** Does one random thing to a session and to the array that says what the session should hold. */
async function step(t: CaseContext, { session, items }: Pair, index: number): Promise<void> {
  const some = (): Item[] => Array.from({ length: t.random.integer(4) }, (_, place) => message(`${index}/${place}`))
  switch (t.random.integer(8)) {
    case 0:
    case 1:
    case 2: {
      const added = some()
      await session.addItems(added)
      items.push(...added)
      return
    }
    case 3:
    case 4:
      assertEqual(await session.popItem(), items.pop(), `step ${index}: popItem`)
      return
    case 5: {
      const limit = t.random.integer(items.length + 3)
      const expected = limit === 0 ? [] : items.slice(-limit)
      assertEqual(await session.getItems(limit), expected, `step ${index}: getItems(${limit})`)
      return
    }
    case 6:
      if (t.random.integer(6) > 0) return
      await session.clearSession()
      items.length = 0
      return
    default: {
      if (session.applyHistoryTransaction === undefined) return
      const expectedSuffix = items.slice(items.length - t.random.integer(3))
      const wrong = t.random.integer(4) === 0
      const replacement = some()
      const suffix = wrong ? [...expectedSuffix, message('never stored')] : expectedSuffix
      const transaction = { type: 'replace_suffix', expectedSuffix: suffix, replacement } as const
      const outcome = await session.applyHistoryTransaction({ operationId: `op ${index}`, transaction }).catch(codeOf)
      assert.equal(outcome, wrong ? 'SESSION_CONFLICT' : undefined, `step ${index}: replace_suffix`)
      if (!wrong) items.splice(items.length - expectedSuffix.length, expectedSuffix.length, ...replacement)
    }
  }
}

function codeOf(error: unknown): string {
  if (error instanceof SessionError) return error.code
  throw error
}

export const modelCases: readonly CaseDefinition[] = [
  {
    id: 'model/random-operations',
    title: 'agrees with an array over random operations on three sessions',
    async run(t) {
      const pairs: Pair[] = []
      for (let count = 0; count < 3; count++) pairs.push({ session: await t.session(), items: [] })
      for (let index = 0; index < t.steps; index++) {
        const pair = pairs[t.random.integer(pairs.length)] as Pair
        await step(t, pair, index)
        if (index % 10 !== 0) continue
        for (const { session, items } of pairs) assertEqual(await session.getItems(), items, `after step ${index}`)
      }
      for (const { session, items } of pairs) assertEqual(await session.getItems(), items, 'at the end')
    },
  },
]
