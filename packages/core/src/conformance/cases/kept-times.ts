import type { StoredSession } from '../../session/stored-session.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import type { CaseContext } from '../context.ts'
import { assertEqual, message } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered } from '../offered.ts'
import { passTime } from '../timing.ts'

function call(callId: string, args = '{}'): Item {
  return { type: 'function_call', callId, name: 'tool', arguments: args, status: 'completed' }
}

/** Another clock tick after each item, and after the last, so that every time is another one. */
async function written(t: CaseContext, items: readonly Item[]): Promise<StoredSession<Item>> {
  const { session } = await offered(t, 'entries')
  for (const item of items) {
    await session.addItems([item])
    await passTime(t, (await session.info())?.updatedAt)
  }
  const { entries } = await session.page()
  if (entries[0]?.createdAt === undefined) throw new CaseSkipped('the store keeps no times of its entries')
  return session
}

async function times(session: StoredSession<Item>): Promise<number[]> {
  return (await session.page()).entries.map(({ createdAt }) => Number(createdAt))
}

async function ids(session: StoredSession<Item>): Promise<string[]> {
  return (await session.page()).entries.map(({ id }) => id)
}

export const keptTimeCases: readonly CaseDefinition[] = [
  {
    id: 'mutations/keeps-times',
    title: 'keeps the time of each item that stays, and the entries of those before the first change',
    store: true,
    async run(t) {
      const session = await written(t, [message('a'), call('1'), message('b'), message('c')])
      const [before, [first]] = [await times(session), await ids(session)]
      const replacement = call('1', '{"x":1}')
      await session.applyHistoryMutations({
        mutations: [{ type: 'replace_function_call', callId: '1', replacement }],
      })
      const after = await times(session)
      assertEqual([after[0], after[2], after[3]], [before[0], before[2], before[3]], 'the times of what stayed')
      assertEqual(
        after,
        after.toSorted((a, b) => a - b),
        'the times in the order of the history',
      )
      assertEqual((await ids(session))[0], first, 'the entry before the first change')
    },
  },
  {
    id: 'compaction/keeps-times',
    title: 'keeps the time of each item that compaction leaves, and puts what is new no later than what follows it',
    store: true,
    async run(t) {
      const items = [message('a'), message('b'), message('c'), message('d')]
      const session = await written(t, items)
      const before = await times(session)
      await session.replaceHistoryWithCompaction([message('summary'), ...items.slice(2)])
      const after = await times(session)
      assertEqual(after.slice(1), before.slice(2), 'the times of what stayed')
      assertEqual(
        after,
        after.toSorted((a, b) => a - b),
        'the times in the order of the history',
      )
    },
  },
]
