import assert from 'node:assert/strict'
import { setImmediate as moment } from 'node:timers/promises'
import type { CaseDefinition } from '../case.ts'
import { assertCode, assertEqual, assertItems, assertMistake, message } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { passTime } from '../timing.ts'

function call(callId: string, args = '{}'): Item {
  return { type: 'function_call', callId, name: 'tool', arguments: args, status: 'completed' }
}

function result(callId: string): Item {
  return { type: 'function_call_result', callId, name: 'tool', status: 'completed', output: 'done' }
}

function mutation(callId: string, replacement: Item) {
  return { type: 'replace_function_call', callId, replacement } as const
}

export const mutationCases: readonly CaseDefinition[] = [
  {
    id: 'mutations/in-place',
    title: 'replaces a function call where it stands, and leaves everything else',
    async run(t) {
      const session = await t.sessionWith(['applyHistoryMutations'])
      const [before, after] = [
        [message('a'), call('1'), result('1')],
        [call('2'), result('2'), message('b')],
      ]
      await session.addItems([...before, ...after])
      await session.applyHistoryMutations({ mutations: [mutation('2', call('2', '{"x":1}'))] })
      await assertItems(session, [...before, call('2', '{"x":1}'), ...after.slice(1)])
    },
  },
  {
    id: 'mutations/duplicates',
    title: 'keeps the first of several calls with one id and removes the others',
    async run(t) {
      const session = await t.sessionWith(['applyHistoryMutations'])
      await session.addItems([call('1'), message('a'), call('1'), call('2'), call('1'), result('1')])
      const mutations = [mutation('1', call('1', '{"first":true}')), mutation('2', call('2', '{"second":true}'))]
      await session.applyHistoryMutations({ mutations })
      await assertItems(session, [call('1', '{"first":true}'), message('a'), call('2', '{"second":true}'), result('1')])
    },
  },
  {
    id: 'mutations/nothing-to-do',
    title: 'changes nothing where there is no such call',
    async run(t) {
      const session = await t.sessionWith(['applyHistoryMutations', 'info'])
      await session.applyHistoryMutations({ mutations: [mutation('1', call('1'))] })
      assert.equal(await session.info(), undefined)
      await session.addItems([message('a'), result('1')])
      const before = await session.info()
      await passTime(t, before?.updatedAt)
      await session.applyHistoryMutations({ mutations: [mutation('1', call('1'))] })
      await session.applyHistoryMutations({ mutations: [] })
      assertEqual(await session.info(), before)
    },
  },
  {
    id: 'mutations/bad-shapes',
    title: 'refuses bad shapes, and changes nothing',
    async run(t) {
      const session = await t.sessionWith(['applyHistoryMutations'])
      await session.addItems([call('1')])
      for (const args of [
        undefined,
        {},
        { mutations: {} },
        { mutations: [{ type: 'other', callId: '1', replacement: {} }] },
      ]) {
        await assertMistake(() => session.applyHistoryMutations(args as never), TypeError, JSON.stringify(args))
      }
      const invalid = { mutations: [mutation('1', { n: 1n })] }
      await assertCode(() => session.applyHistoryMutations(invalid), 'SESSION_ITEM_INVALID')
      await assertItems(session, [call('1')])
    },
  },
  {
    id: 'mutations/while-appending',
    title: 'loses nothing that is appended meanwhile',
    async run(t) {
      const id = t.id()
      await (await t.session(id)).addItems([call('1')])
      let isAppended = false
      const appending = (async () => {
        const session = await t.session(id)
        // One after the other, so that some come between any two steps of a mutation.
        for (let index = 0; index < 20; index++) {
          await session.addItems([message(`${index}`)])
          await moment()
        }
      })().finally(() => {
        isAppended = true
      })
      const mutating = Array.from({ length: 4 }, async (_, index) => {
        const session = await t.sessionWith(['applyHistoryMutations'], id)
        do {
          await session.applyHistoryMutations({ mutations: [mutation('1', call('1', `{"by":${index}}`))] })
          // A session that never waits for anything would let nobody append.
          await moment()
        } while (!isAppended)
      })
      await Promise.all([appending, ...mutating])
      const [first, ...others] = await (await t.session(id)).getItems()
      assert.equal(first?.callId, '1')
      assertEqual(new Set(others.map((item) => item.content)).size, 20)
      assert.equal(others.length, 20)
    },
  },
]
