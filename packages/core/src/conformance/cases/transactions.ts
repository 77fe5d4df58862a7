import assert from 'node:assert/strict'
import type { HistoryTransactionArgs } from '../../session/history-transaction.ts'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertItems, assertMistake, message, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'

/** A transaction that appends. */
export function append(operationId: string, items: Item[]): HistoryTransactionArgs<Item> {
  return { operationId, transaction: { type: 'append_items', items } }
}

/** A transaction that replaces the newest items. */
export function replace(
  operationId: string,
  expectedSuffix: Item[],
  replacement: Item[],
): HistoryTransactionArgs<Item> {
  return { operationId, transaction: { type: 'replace_suffix', expectedSuffix, replacement } }
}

const badShapes: readonly [string, unknown][] = [
  ['no arguments', undefined],
  ['a blank id', append('  ', [])],
  ['an empty id', append('', [])],
  ['no id', { transaction: { type: 'append_items', items: [] } }],
  ['no transaction', { operationId: 'op' }],
  ['an unknown type', { operationId: 'op', transaction: { type: 'prepend_items', items: [] } }],
  ['no items', { operationId: 'op', transaction: { type: 'append_items' } }],
  ['items that are no array', { operationId: 'op', transaction: { type: 'append_items', items: {} } }],
  ['an unknown field', { operationId: 'op', transaction: { type: 'append_items', items: [], also: 1 } }],
  ['no replacement', { operationId: 'op', transaction: { type: 'replace_suffix', expectedSuffix: [] } }],
]

export const transactionCases: readonly CaseDefinition[] = [
  {
    id: 'transactions/absent',
    title:
      'refuses transactions where they are not declared: a session by having no method, a store with SESSION_UNSUPPORTED',
    without: ['transactions'],
    async run(t) {
      const session = await t.session()
      if (!('applyHistoryTransaction' in session)) return
      const handle = await t.sessionWith(['applyHistoryTransaction'])
      await assertCode(() => handle.applyHistoryTransaction(append('op', messages(1))), 'SESSION_UNSUPPORTED')
    },
  },
  {
    id: 'transactions/append-once',
    title: 'appends once, however often the same transaction is sent',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.addItems([message('before')])
      for (let time = 0; time < 3; time++) await session.applyHistoryTransaction(append('op', messages(2)))
      await session.addItems([message('after')])
      await session.applyHistoryTransaction(append('op', messages(2)))
      await assertItems(session, [message('before'), ...messages(2), message('after')])
    },
  },
  {
    id: 'transactions/concurrent',
    title: 'applies one of many equal transactions that are sent at once',
    needs: ['transactions'],
    async run(t) {
      const id = t.id()
      const send = async (): Promise<void> => {
        const session = await t.sessionWith(['applyHistoryTransaction'], id)
        await session.applyHistoryTransaction(append('op', messages(3)))
      }
      await Promise.all(messages(20).map(send))
      await assertItems(await t.session(id), messages(3))
    },
  },
  {
    id: 'transactions/reused',
    title: 'refuses an id that was used for another transaction, and changes nothing',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.applyHistoryTransaction(append('op', messages(2)))
      const others = [append('op', messages(3)), append('op', []), replace('op', [], messages(2))]
      for (const other of others) {
        await assertCode(() => session.applyHistoryTransaction(other), 'SESSION_OPERATION_REUSED')
      }
      await assertItems(session, messages(2))
    },
  },
  {
    id: 'transactions/same-in-any-key-order',
    title: 'takes a transaction for the same whatever the order of its keys and its undefined properties',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.applyHistoryTransaction(append('op', [{ role: 'user', content: 'x', a: { b: 1, c: 2 } }]))
      await session.applyHistoryTransaction(
        append('op', [{ a: { c: 2, b: 1 }, content: 'x', role: 'user', d: undefined }]),
      )
      assert.equal((await session.getItems()).length, 1)
    },
  },
  {
    id: 'transactions/many-ids',
    title: 'knows an operation id however many came after it',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      const ids = Array.from({ length: 60 }, (_, index) => `op ${index}`)
      for (const id of ids) await session.applyHistoryTransaction(append(id, [message(id)]))
      for (const id of ids) await session.applyHistoryTransaction(append(id, [message(id)]))
      assert.equal((await session.getItems()).length, ids.length)
    },
  },
  {
    id: 'transactions/ids-byte-for-byte',
    title: 'keeps operation ids apart that differ in a byte, however alike they look',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      const ids = [
        'op',
        'OP',
        'op ',
        ' op',
        'o%',
        'o_',
        'é',
        'e\u0301',
        'e',
        'op:1',
        '__proto__',
        'constructor',
        'x'.repeat(255),
        '😀',
      ]
      for (const id of ids) await session.applyHistoryTransaction(append(id, [message(id)]))
      await assertItems(session, ids.map(message))
    },
  },
  {
    id: 'transactions/nothing-to-append',
    title: 'knows the id of a transaction that appends nothing',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.applyHistoryTransaction(append('op', []))
      await session.applyHistoryTransaction(append('op', []))
      await assertCode(() => session.applyHistoryTransaction(append('op', messages(1))), 'SESSION_OPERATION_REUSED')
      await assertItems(session, [])
    },
  },
  {
    id: 'transactions/per-session',
    title: 'keeps operation ids of different sessions apart',
    needs: ['transactions'],
    async run(t) {
      const [one, other] = [
        await t.sessionWith(['applyHistoryTransaction']),
        await t.sessionWith(['applyHistoryTransaction']),
      ]
      await one.applyHistoryTransaction(append('op', messages(1)))
      await other.applyHistoryTransaction(append('op', messages(2)))
      await assertItems(one, messages(1))
      await assertItems(other, messages(2))
    },
  },
  {
    id: 'transactions/survive-restart',
    title: 'knows an operation id after a restart',
    store: true,
    needs: ['transactions', 'durable'],
    async run(t) {
      const id = t.id()
      const first = await t.anotherStore()
      await first.session<Item>(id).applyHistoryTransaction(append('op', messages(2)))
      await first.close()
      const session = (await t.anotherStore()).session<Item>(id)
      await session.applyHistoryTransaction(append('op', messages(2)))
      await assertCode(() => session.applyHistoryTransaction(append('op', messages(3))), 'SESSION_OPERATION_REUSED')
      await assertItems(session, messages(2))
    },
  },
  {
    id: 'transactions/bad-shapes',
    title: 'refuses blank ids and bad shapes, and changes nothing',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      await session.addItems(messages(1))
      for (const [what, args] of badShapes) {
        await assertMistake(
          () => session.applyHistoryTransaction(args as HistoryTransactionArgs<Item>),
          TypeError,
          what,
        )
      }
      await assertCode(() => session.applyHistoryTransaction(append('op', [{ n: 1n }])), 'SESSION_ITEM_INVALID')
      await assertItems(session, messages(1))
    },
  },
  {
    id: 'transactions/take-a-copy',
    title: 'stores the items as they were when it was called',
    needs: ['transactions'],
    async run(t) {
      const session = await t.sessionWith(['applyHistoryTransaction'])
      const item = message('before')
      const applied = session.applyHistoryTransaction(append('op', [item]))
      item.content = 'after'
      await applied
      await assertItems(session, [message('before')])
      await session.applyHistoryTransaction(append('op', [message('before')]))
      await assertItems(session, [message('before')])
    },
  },
]
