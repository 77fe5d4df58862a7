import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, batch, message, messages } from '../fixtures.ts'
import { whenRaced } from '../timing.ts'
import { append } from './transactions.ts'

export const compactionCases: readonly CaseDefinition[] = [
  {
    id: 'compaction/replaces',
    title: 'replaces the whole history',
    async run(t) {
      const session = await t.sessionWith(['replaceHistoryWithCompaction'])
      await session.addItems(messages(30))
      const compacted = [{ type: 'compaction', encrypted_content: 'x' }, message('kept')]
      await session.replaceHistoryWithCompaction(compacted)
      await session.addItems([message('next')])
      await assertItems(session, [...compacted, message('next')])
      await session.replaceHistoryWithCompaction([])
      await assertItems(session, [])
    },
  },
  {
    id: 'compaction/keeps-the-session',
    title: 'keeps createdAt and metadata',
    async run(t) {
      const session = await t.sessionWith(['replaceHistoryWithCompaction', 'setMetadata', 'info'])
      await session.addItems(messages(3))
      await session.setMetadata({ userId: 'u1' })
      const before = await session.info()
      await session.replaceHistoryWithCompaction(messages(1))
      const after = await session.info()
      assertEqual(after?.createdAt, before?.createdAt)
      assertEqual(after?.metadata, { userId: 'u1' })
      assert.equal(after?.itemCount, 1)
    },
  },
  {
    id: 'compaction/keeps-operations',
    title: 'keeps operation ids: a transaction of before is not applied again',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['replaceHistoryWithCompaction', 'applyHistoryTransaction'])
      await session.applyHistoryTransaction(append('op', messages(2)))
      await session.replaceHistoryWithCompaction([message('summary')])
      await session.applyHistoryTransaction(append('op', messages(2)))
      await assertItems(session, [message('summary')])
    },
  },
  {
    id: 'compaction/atomic',
    title: 'shows readers the old history or the new one, never a mixture and never nothing',
    async run(t) {
      const attempt = async (): Promise<boolean> => {
        const id = t.id()
        const session = await t.sessionWith(['replaceHistoryWithCompaction'], id)
        await session.addItems(batch('version', 0, 6))
        const seen = new Set<number>()
        let written = false
        const writing = async (): Promise<void> => {
          for (let index = 1; index <= 40; index++)
            await session.replaceHistoryWithCompaction(batch('version', index, 6))
        }
        const reading = async (): Promise<void> => {
          const reader = await t.session(id)
          for (let time = 0; time < 40 || !written; time++) {
            const items = await reader.getItems()
            const version = Number(String(items[0]?.content).split('/')[1])
            assertEqual(items, batch('version', version, 6))
            seen.add(version)
          }
        }
        // All are heard, so that none goes on after the case.
        const outcomes = await Promise.allSettled([writing().finally(() => (written = true)), reading(), reading()])
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
        await assertItems(session, batch('version', 40, 6))
        return seen.size > 2
      }
      await whenRaced('a reader saw a history between the first and the last', attempt)
    },
  },
]
