import assert from 'node:assert/strict'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertItems, message, messages } from '../fixtures.ts'
import { replace } from './transactions.ts'

export const suffixCases: readonly CaseDefinition[] = [
  {
    id: 'transactions/replace-suffix',
    title: 'replaces the expected suffix, by fewer items or by more',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.addItems(messages(5))
      await session.applyHistoryTransaction(replace('shrink', messages(5).slice(2), [message('x')]))
      await assertItems(session, [...messages(2), message('x')])
      await session.applyHistoryTransaction(replace('grow', [message('x')], messages(3, 'y')))
      await assertItems(session, [...messages(2), ...messages(3, 'y')])
      await session.applyHistoryTransaction(replace('all', [...messages(2), ...messages(3, 'y')], []))
      await assertItems(session, [])
    },
  },
  {
    id: 'transactions/replace-once',
    title: 'replaces once, also where the suffix would match again',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.addItems([message('same'), message('same'), message('same')])
      const args = replace('op', [message('same')], [])
      await session.applyHistoryTransaction(args)
      await session.applyHistoryTransaction(args)
      assert.equal((await session.getItems()).length, 2)
    },
  },
  {
    id: 'transactions/replace-in-any-key-order',
    title: 'compares the suffix structurally: any key order, undefined as absent, -0 as 0, bytes by content',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.addItems([
        message('before'),
        { role: 'user', content: 'x', a: { b: 1, c: [{ d: -0 }] }, e: new Uint8Array([1, 2]) },
      ])
      const suffix = { e: new Uint8Array([1, 2]), a: { c: [{ d: 0, f: undefined }], b: 1 }, content: 'x', role: 'user' }
      await session.applyHistoryTransaction(replace('op', [suffix], [message('replaced')]))
      await assertItems(session, [message('before'), message('replaced')])
    },
  },
  {
    id: 'transactions/conflict',
    title: 'refuses a suffix that the history does not end with, and changes nothing',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.addItems(messages(3))
      const wrong = [
        [message('other')],
        messages(2),
        [message('more'), ...messages(3)],
        [{ ...message('message 2'), extra: 1 }],
      ]
      for (const [index, suffix] of wrong.entries()) {
        await assertCode(() => session.applyHistoryTransaction(replace(`op ${index}`, suffix, [])), 'SESSION_CONFLICT')
      }
      await assertItems(session, messages(3))
      await session.applyHistoryTransaction(replace('op 0', [message('message 2')], []))
      await assertItems(session, messages(2))
    },
  },
  {
    id: 'transactions/empty-suffix',
    title: 'appends where the expected suffix is empty',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.applyHistoryTransaction(replace('one', [], messages(1)))
      await session.applyHistoryTransaction(replace('two', [], [message('x')]))
      await assertItems(session, [...messages(1), message('x')])
    },
  },
]
