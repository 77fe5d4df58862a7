import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { jsonCodec } from '../../codec/json-codec.ts'
import { pythonCodec } from '../../codec/python/index.ts'
import { convertSessions } from '../../operations/convert-sessions.ts'
import { nothingTransferred } from '../../operations/transfer-result.ts'
import type { SessionStore } from '../../session/session-store.ts'
import type { CaseDefinition } from '../case.ts'
import { assertEqual, assertItems, assertWholeBatches, batch, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered, offers } from '../offered.ts'

const call: Item = { type: 'function_call', callId: 'c1', name: 'look', arguments: '{}', status: 'completed' }
const result: Item = { type: 'function_call_result', callId: 'c1', name: 'look', status: 'completed', output: 'seen' }
const history: Item[] = [...messages(2), call, result, { type: 'unknown', id: 'u', bytes: new Uint8Array([1, 2]) }]

const typesOf = async (store: SessionStore, id: string): Promise<unknown[]> => {
  const records = await store.records.read(id)
  return records.map((record) => JSON.parse(record).type)
}

const timesOf = async (store: SessionStore, id: string): Promise<unknown> =>
  (await offers(store, 'entries')) ? (await store.session(id).page()).entries.map(({ createdAt }) => createdAt) : []

export const conversionCases: readonly CaseDefinition[] = [
  {
    id: 'operations/convert',
    title: 'has its sessions turned over to another form where they stand, and nothing else about them',
    store: true,
    needs: ['list', 'transactions'],
    async run(t) {
      const { store, id, session } = await offered(t, 'restore')
      const same = t.id()
      await store.session<Item>(same).addItems(messages(3))
      await session.setMetadata({ userId: 'ada' })
      await session.addItems(history.slice(0, 3))
      const repeated = { operationId: 'op', transaction: { type: 'append_items', items: history.slice(3) } } as const
      await session.applyHistoryTransaction(repeated)
      const before = await store.getSessionInfo(id)
      const times = await timesOf(store, id)
      const unchanged = [await store.getSessionInfo(same), await store.records.read(same)]

      const toPython = { codec: pythonCodec, filter: { prefix: 'session-' } }
      const converted = await convertSessions(store, store, toPython)
      assertEqual(
        { ...converted, size: 0 },
        { ...nothingTransferred(), replaced: 1, equal: 1, records: history.length },
      )
      assertEqual(await store.getSessionInfo(id), before, 'what is known of the session')
      assertEqual(await timesOf(store, id), times, 'the times of its entries')
      assertEqual((await typesOf(store, id)).slice(2, 4), ['function_call', 'function_call_output'])
      const python = store.session<Item>(id, { codec: pythonCodec })
      await assertItems(python, history)
      await python.applyHistoryTransaction(repeated)
      await assertItems(python, history)
      assertEqual(
        [await store.getSessionInfo(same), await store.records.read(same)],
        unchanged,
        'a session of one form',
      )
      const again = await convertSessions(store, store, toPython)
      assertEqual(again, { ...nothingTransferred(), equal: 2 }, 'what a second conversion does')

      await convertSessions(store, store, { ...toPython, codec: jsonCodec, fromCodec: pythonCodec })
      await assertItems(session, history)
      assertEqual(await store.getSessionInfo(id), before, 'what is known of the session after both')
    },
  },
  {
    id: 'operations/convert-while-writing',
    title: 'loses nothing that others append while a session is converted',
    store: true,
    needs: ['list'],
    async run(t) {
      const { store, id, session } = await offered(t, 'restore')
      await session.addItems([call, result])
      let isWriting = true
      const write = async (writer: string): Promise<void> => {
        for (let index = 0; index < 10; index++) {
          await store.session<Item>(id, { codec: pythonCodec }).addItems(batch(writer, index, 3))
          await turn()
        }
      }
      const convert = async (): Promise<void> => {
        for (let round = 0; isWriting; round++) {
          const [codec, fromCodec] = round % 2 === 0 ? [pythonCodec, pythonCodec] : [jsonCodec, pythonCodec]
          await convertSessions(store, store, { codec, fromCodec, filter: { prefix: id } })
        }
      }
      const writing = Promise.all([write('a'), write('b')]).finally(() => {
        isWriting = false
      })
      await Promise.all([writing, convert()])
      const items = await store.session<Item>(id, { codec: pythonCodec }).getItems()
      assertEqual(items.slice(0, 2), [call, result])
      assert.equal(items.length, 62)
      assertWholeBatches(items.slice(2))
    },
  },
]
