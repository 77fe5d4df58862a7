import assert from 'node:assert/strict'
import { compactHistory } from '../../compaction/compact-history.ts'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, message } from '../fixtures.ts'
import type { Item } from '../item.ts'

const summary = message('what was said')

function answer(content: string): Item {
  return { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: content }] }
}

const older = [message('1'), answer('1'), message('2'), answer('2')]
const newest = [message('3'), answer('3')]

export const summaryCases: readonly CaseDefinition[] = [
  {
    id: 'summary/while-appending',
    title: 'compactHistory() puts a summary in the place of what is old, and keeps what others add meanwhile',
    store: true,
    async run(t) {
      const [store, id] = [await t.store(), t.id()]
      const session = store.session<Item>(id)
      const other = (await t.store()).session<Item>(id)
      await session.addItems([...older, ...newest])
      const seen: Item[][] = []
      const appending = async (): Promise<void> => {
        for (let index = 0; index < 20; index++) await other.addItems([message(`beside ${index}`)])
      }
      // Some are added while a summary is made, and some while it is written.
      let beside: Promise<void> | undefined
      const summarize = async (items: Item[]): Promise<Item[]> => {
        seen.push(items)
        await other.addItems([message('meanwhile')])
        beside = appending()
        return [summary]
      }
      const counts = await compactHistory<Item>(session, { maxItems: 5, keepTurns: 1, summarize }).finally(() => beside)
      assertEqual(seen, [older], 'what was summarized')
      assertEqual([counts?.removed, counts?.added], [older.length, 1])
      const items = await session.getItems()
      assertEqual(items.slice(0, 3), [summary, ...newest])
      const contents = items.slice(3).map(({ content }) => String(content))
      assertEqual(
        contents.toSorted(),
        ['meanwhile', ...Array.from({ length: 20 }, (_, index) => `beside ${index}`)].toSorted(),
      )
    },
  },
  {
    id: 'summary/changed-beginning',
    title: 'compactHistory() changes nothing where what it summarized was changed meanwhile, or the summarizer fails',
    store: true,
    async run(t) {
      const session = (await t.store()).session<Item>(t.id())
      await session.addItems([...older, ...newest])
      const failure = new Error('no summary today')
      const failing = compactHistory<Item>(session, {
        maxItems: 5,
        keepTurns: 1,
        summarize: () => Promise.reject(failure),
      })
      assert.equal(await failing.catch((error: unknown) => error), failure)
      await assertItems(session, [...older, ...newest])
      const edited = [message('edited'), answer('1'), message('2'), answer('2'), ...newest]
      const changing = (): Promise<unknown> =>
        compactHistory<Item>(session, {
          maxItems: 5,
          keepTurns: 1,
          summarize: async () => {
            await session.replaceHistoryWithCompaction(edited)
            return [summary]
          },
        })
      await assertCode(changing, 'SESSION_CONFLICT')
      await assertItems(session, edited)
    },
  },
]
