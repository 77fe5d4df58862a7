import assert from 'node:assert/strict'
import { MemoryStore } from '../../memory/memory-store.ts'
import { copySessions } from '../../operations/copy-sessions.ts'
import { exportSessions } from '../../operations/export-sessions.ts'
import { importSessions } from '../../operations/import-sessions.ts'
import { verifySessions } from '../../operations/verify-sessions.ts'
import type { CaseDefinition } from '../case.ts'
import { CaseSkipped } from '../case-skipped.ts'
import { assertCode, assertEqual, assertItems, collect, messages } from '../fixtures.ts'
import type { Item } from '../item.ts'
import { offered, offers } from '../offered.ts'

export const operationCases: readonly CaseDefinition[] = [
  {
    id: 'operations/export',
    title: 'is the same after it was exported, emptied and imported, and takes nothing of a damaged file',
    store: true,
    needs: ['list'],
    async run(t) {
      const { store, id, session } = await offered(t, 'restore')
      const ids = [id, t.id(), t.id()]
      for (const [index, each] of ids.entries()) {
        await store.session<Item>(each).addItems(messages(index + 1, 'a line\nand "another" \u2028 🙂'))
        await store.session<Item>(each).setMetadata({ number: index })
      }
      await session.popItem()
      const infos = await collect(store.listSessions())
      const lines = await collect(exportSessions(store))
      assertEqual(await collect(exportSessions(store)), lines, 'a second export')
      for (const each of ids) await store.deleteSession(each)
      const damaged = lines.map((line) => line.replace('a line', 'a lie'))
      for (const given of [damaged, lines.slice(0, -1), lines.toSpliced(2, 1), ['{"format":"another"}\n']]) {
        await assertCode(() => importSessions(store, given), 'SESSION_EXPORT_DAMAGED')
      }
      assertEqual(await collect(store.listSessions()), [], 'what damaged files left')
      assert.equal((await importSessions(store, lines)).created, 3)
      assertEqual(await collect(store.listSessions()), infos, 'the sessions after it')
      assertEqual(await collect(exportSessions(store)), lines, 'an export after it')
      assert.equal((await importSessions(store, lines)).equal, 3)
    },
  },
  {
    id: 'operations/verify',
    title: 'finds nothing where all is well, and else each item that is not as it should be',
    store: true,
    needs: ['list'],
    async run(t) {
      const [store, id, other] = [await t.store(), t.id(), t.id()]
      await store.session<Item>(other).addItems(messages(3))
      assertEqual(await collect(verifySessions(store)), [], 'what is found where all is well')
      const result = '{"type":"function_call_result","callId":"1","output":"a secret"}'
      await store.records.commit(id, { append: ['{"role":"user","content":"a"}', '{"a secret', result] })
      const found = await collect(verifySessions(store))
      assertEqual(
        found.map(({ sessionId, problem, position }) => [sessionId, problem, position]),
        [
          [id, 'corrupt', 2],
          [id, 'orphaned', 3],
        ],
      )
      assert.ok(!JSON.stringify(found).includes('secret'), 'a finding holds what a record holds')
      assertEqual(await collect(verifySessions(store, { filter: { prefix: other } })), [], 'what is not asked for')
    },
  },
  {
    id: 'operations/unsupported',
    title: 'rejects with SESSION_UNSUPPORTED where a session cannot be given times of its own, and changes nothing',
    store: true,
    async run(t) {
      const store = await t.store()
      if (await offers(store, 'restore')) throw new CaseSkipped('the store can')
      const [source, id] = [new MemoryStore(), t.id()]
      await source.session<Item>(id).addItems(messages(2))
      await assertCode(() => copySessions(source, store), 'SESSION_UNSUPPORTED')
      await assertItems(store.session<Item>(id), [])
    },
  },
  {
    id: 'operations/ping',
    title: 'answers a ping as long as it is open, and creates nothing by that',
    store: true,
    async run(t) {
      const store = await t.store()
      await store.ping()
      await store.ping({ signal: new AbortController().signal })
      if (t.has('list')) assertEqual(await collect(store.listSessions()), [], 'the sessions after a ping')
      const reason = new Error('enough')
      await assert.rejects(store.ping({ signal: AbortSignal.abort(reason) }), (error) => error === reason)
      await assert.rejects(store.ping({ timeout: 5 } as never), TypeError)
      await store.close()
      await assertCode(() => store.ping(), 'SESSION_CLOSED')
    },
  },
]
